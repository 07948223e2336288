"""Scoring: an additive scorecard; pure functions of frames, policy and a date."""

from leadbook.scoring.features import build_features
from leadbook.scoring.points import Scorecard, evaluate
from leadbook.scoring.score import Scores, score_leads

__all__ = ["Scorecard", "Scores", "build_features", "evaluate", "score_leads"]
