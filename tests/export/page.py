"""The sessions of docs/export.md are real: ``python -m tests.export.page`` writes their output, a test runs them."""

from __future__ import annotations

from tests.docs import DOCS
from tests.readme import rewritten

PAGE = DOCS / "export.md"

if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
