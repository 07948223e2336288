"""The command line: words in, exit codes out (DESIGN §10)."""

from leadbook.cli.main import main

__all__ = ["main"]
