"""The plan: who does what next with each lead, and when; how it joins the steps that people already work on."""

from leadbook.plan.ask import Asked, best_questions
from leadbook.plan.assign import assign
from leadbook.plan.done import contacts, counted_days, done_so_far
from leadbook.plan.next_step import READS, next_steps
from leadbook.plan.review import review_due
from leadbook.plan.steps import StepChanges, join_steps, open_steps
from leadbook.plan.team import Team

__all__ = [
    "READS", "Asked", "StepChanges", "Team", "assign", "best_questions", "contacts", "counted_days", "done_so_far",
    "join_steps", "next_steps", "open_steps", "review_due",
]  # fmt: skip
