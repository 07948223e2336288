"""Priority: placement, gates, tiers, overrides, hand-off, movement; pure functions of frames and policy."""

from leadbook.priority.gates import Gates, evaluate_gates
from leadbook.priority.handoff import hand_off
from leadbook.priority.high_value import high_value
from leadbook.priority.level import customer_level
from leadbook.priority.movement import compare
from leadbook.priority.override import apply_overrides, override_states
from leadbook.priority.placement import place
from leadbook.priority.qualification import qualification, stage
from leadbook.priority.risk import assess_risk
from leadbook.priority.tiers import assign_tiers

__all__ = [
    "Gates", "apply_overrides", "assess_risk", "assign_tiers", "compare", "customer_level", "evaluate_gates",
    "hand_off", "high_value", "override_states", "place", "qualification", "stage",
]  # fmt: skip
