"""``python -m leadbook.templating OUTDIR`` builds book.<lang>.xlsx, .xlsm and form.<lang>.xlsx in four languages."""

from __future__ import annotations

import sys
from pathlib import Path

from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows, localise
from leadbook.templating.book import build_book
from leadbook.templating.form import build_form
from leadbook.vba.macro import macro_modules


def build_all() -> dict[str, bytes]:
    """File name to package, for every language."""
    catalogue = load_catalogue()
    books = {}
    for language in LANGUAGES:
        labels = load_labels(language, catalogue.extra_labels)
        policy_rows, setting_rows = default_policy_rows(catalogue, labels)
        fingerprint = default_policy().fingerprint
        for suffix, macros in ((".xlsx", None), (".xlsm", macro_modules())):
            books[f"book.{language}{suffix}"] = build_book(
                labels, catalogue, policy_rows, setting_rows, fingerprint=fingerprint, macros=macros
            )
    return books


def build_forms() -> dict[str, bytes]:
    """File name to package of the form, for every language."""
    catalogue, policy = load_catalogue(), default_policy()
    forms = {}
    for language in LANGUAGES:
        labels = load_labels(language, catalogue.extra_labels)
        forms[f"form.{language}.xlsx"] = build_form(labels, catalogue, localise(policy, labels))
    return forms


def main(arguments: list[str]) -> int:
    """Write all books and forms into the folder named by the one argument; 2 when called otherwise."""
    if len(arguments) != 1:
        print("usage: python -m leadbook.templating OUTDIR", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, package in (build_all() | build_forms()).items():
        (folder / name).write_bytes(package)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
