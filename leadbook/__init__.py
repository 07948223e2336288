"""leadbook: score, rank and plan sales leads inside the team's own Excel workbook."""

__version__ = "0.1.0"
