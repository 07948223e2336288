"""Intake: the one reader of what people typed."""

from leadbook.intake.intake import Intake, take_in

__all__ = ["Intake", "take_in"]
