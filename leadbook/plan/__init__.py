"""The plan: one next step for each lead, and how it joins the steps that people already work on."""

from leadbook.plan.next_step import next_steps
from leadbook.plan.review import review_due
from leadbook.plan.steps import StepChanges, join_steps

__all__ = ["StepChanges", "join_steps", "next_steps", "review_due"]
