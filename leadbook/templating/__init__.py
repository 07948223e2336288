"""Builds the ready workbooks of each language from the schemas and the labels (DESIGN §4)."""

from leadbook.templating.book import TEMPLATE_VERSION, build_book

__all__ = ["TEMPLATE_VERSION", "build_book"]
