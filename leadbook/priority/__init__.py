"""Priority: placement in the matrix, gates, tiers, stage, movement; pure functions of frames and policy."""

from leadbook.priority.gates import Gates, evaluate_gates
from leadbook.priority.high_value import high_value
from leadbook.priority.movement import compare
from leadbook.priority.placement import place
from leadbook.priority.qualification import qualification, stage
from leadbook.priority.risk import assess_risk
from leadbook.priority.tiers import assign_tiers

__all__ = [
    "Gates", "assess_risk", "assign_tiers", "compare", "evaluate_gates", "high_value", "place", "qualification",
    "stage",
]  # fmt: skip
