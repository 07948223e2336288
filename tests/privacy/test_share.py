"""A shared copy holds what its audience may see; all else is not in the package (R16, R18, P01, P02)."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from leadbook.assets import folder, read_json
from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from tests.books import leadbook, plain_book, process, put
from tests.privacy.cage import VICTIM, caged, canary, every_text, furnished, planted, traces

AUDIENCES = ("marketing", "delivery", "management", "partner")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A processed book with a canary in every field and part."""
    path = put(tmp_path_factory.mktemp("cage"), furnished(caged()))
    assert process(path).code in (0, 1)
    return path


def share(book: Path, out: Path, audience: str, *words: str) -> dict[str, str]:
    said = leadbook("share", book, out, "--audience", audience, "--today", "2026-06-20", *words)
    assert said.code in (0, 1), said.err
    return every_text(out)


def allowed(audience: str) -> set[str]:
    """Lead fields that this audience gets unmasked."""
    spec = read_json(folder("schemas") / "audiences.json")[audience]
    masked = {text.partition(".")[2] for text in spec["masked"] if text.startswith("lead.")}
    wanted = spec["tables"].get("lead", [])
    if wanted == "all":
        wanted = [f.key for f in load_catalogue().lead.fields if f.sensitivity in spec["sensitivities"]]
    return set(wanted) - masked


@pytest.mark.req("R18", "P01", "P02", "F07")
@pytest.mark.parametrize("audience", AUDIENCES)
def test_nothing_but_the_audiences_fields_is_in_the_copy(book: Path, tmp_path: Path, audience: str) -> None:
    out = tmp_path / "out.xlsx"
    texts = share(book, out, audience)
    words = {found for text in texts.values() for found in re.findall(r"kan[a-z]*[\w.]*", text)}
    fields = planted()
    shown = {canary(key).casefold() for key in fields if key in allowed(audience)}
    talk = {"kanarigespraech", "kanarirueckruf", "kanarivertrag"} if audience == "management" else set()
    company = {"kanarische", "kanari77120045", "kanarischemuhlen"}
    assert {w.rstrip(".") for w in words} <= shown | talk | company
    assert audience in ("marketing", "partner") or shown & words  # the search finds what is there
    assert traces(out, VICTIM)


@pytest.mark.req("R18", "F05")
def test_names_that_are_allowed_appear_masked(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    share(book, out, "management")
    sheet = load_workbook(out)["Leads"]
    headers = [cell.value for cell in sheet[3]]
    named = load_labels("en").header
    row = next(row for row in sheet.iter_rows(min_row=4, values_only=True) if VICTIM in row)
    assert row[headers.index(named("lead", "contact_name"))] == "K*"
    assert row[headers.index(named("lead", "decision_chain"))] == "CEO K*"
    assert named("lead", "contact_means") not in headers
    assert not traces(out, "Vogelsang", "Ottmar")


@pytest.mark.req("R18")
def test_the_copy_is_a_plain_workbook_without_the_teams_parts(
    book: Path, tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    out = tmp_path / "out.xlsx"
    said = leadbook("share", book, out, "--audience", "partner", "--lang", "en")
    names = set(every_text(out))
    assert not [n for n in names if re.search("vba|media|comment|chart|pivot|custom|external|printer|person", n)]
    assert "Kanariblatt" in said.out and "Kanarispalte" in said.out  # left out by name, so that nobody waits for them
    assert load_workbook(out).sheetnames == [load_labels("en").text("share.about"), "Results"]
    assert package_check(out) == []


@pytest.mark.req("R16", "X19")
def test_two_copies_of_one_book_agree_byte_for_byte(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    for name in ("a.xlsx", "b.xlsx"):
        share(book, tmp_path / name, "marketing")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert book.read_bytes() == before


@pytest.mark.req("R18")
def test_a_copy_never_takes_the_place_of_something_unasked(book: Path, tmp_path: Path, english: None) -> None:
    before = book.read_bytes()
    assert leadbook("share", book, book, "--audience", "partner", "--force").code == 2
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    assert leadbook("share", book, link, "--audience", "partner", "--force").code == 2
    assert book.read_bytes() == before
    out = put(tmp_path, b"mine", "out.xlsx")
    assert leadbook("share", book, out, "--audience", "partner").code == 3 and out.read_bytes() == b"mine"
    out.chmod(0o444)  # a mark that says "not this one" holds for --force too
    said = leadbook("share", book, out, "--audience", "partner", "--force")
    assert (said.code, out.read_bytes()) == (3, b"mine")
    out.chmod(0o644)
    assert leadbook("share", book, out, "--audience", "partner", "--force").code == 0 and out.read_bytes() != b"mine"
    assert leadbook("share", book, tmp_path / "no" / "o.xlsx", "--audience", "partner").code == 3
    assert leadbook("share", book, tmp_path / "o.xlsm", "--audience", "partner").code == 2
    assert leadbook("share", book, tmp_path / "o.xlsx", "--audience", "boss").code == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.xlsx", "out.xlsx"]
    assert stat.S_ISREG(out.stat().st_mode)


@pytest.mark.req("R18")
@pytest.mark.parametrize(
    "spec",
    [
        {"sensitivities": ["secret"], "tables": {"lead": "all"}},
        {"sensitivities": ["public"], "tables": {"lead": ["contact_means"]}},
        {"sensitivities": ["public"], "tables": {"lead": ["pain_points"]}},
        {"sensitivities": ["public"], "masked": ["lead.contact_means"], "tables": {"lead": ["contact_means"]}},
        {"sensitivities": ["public"], "tables": {"result": ["next_step"]}},
        {"sensitivities": ["public", "internal"], "tables": {"issue": "all"}},
        {"sensitivities": ["public", "internal"], "tables": {"change": "all"}},
        {"tables": {"lead": "all"}},
        [],
    ],
)
def test_a_table_of_audiences_that_gives_too_much_is_refused(
    book: Path, tmp_path: Path, spec: object, english: None
) -> None:
    table = tmp_path / "own.json"
    table.write_text(json.dumps({"us": spec}))
    said = leadbook("share", book, tmp_path / "o.xlsx", "--audience", "us", "--audiences", table)
    assert said.code == 4 and "own.json" in said.err and not (tmp_path / "o.xlsx").exists()


@pytest.mark.req("R18", "X16")
def test_who_got_a_copy_is_in_the_audit_log_without_any_value(book: Path, tmp_path: Path) -> None:
    share(book, tmp_path / "out.xlsx", "marketing")
    log = book.parent / f".{book.stem}.leadbook" / "audit.jsonl"
    line = json.loads(log.read_text().splitlines()[-1])
    assert line["action"] == "share:marketing" and line["counts"]["rows"] > 0 and len(line["after"]) == 64
    assert "kanari" not in log.read_text().casefold()


@pytest.mark.req("R18", "X12")
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    from tests.books import book as built

    path = put(tmp_path, built([{"company_name": "=1+1 Ltd", "customer_type": "new", "product": "@SUM(A1)"}], []))
    out = tmp_path / "out.xlsx"
    share(path, out, "marketing")
    assert "<f>" not in "".join(every_text(out).values())
    assert "=1+1 Ltd" in [cell.value for row in load_workbook(out)["Leads"] for cell in row]


@pytest.mark.req("X7")
def test_the_draft_of_a_killed_share_is_gone_after_the_next(book: Path, tmp_path: Path) -> None:
    gone, alive = (tmp_path / f".out.xlsx.lb-tmp.{pid}" for pid in (99_999_999, os.getpid()))
    gone.write_bytes(b"half")
    share(book, tmp_path / "out.xlsx", "partner")
    assert not gone.exists() and not alive.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.xlsx"]


@pytest.mark.req("X4")
def test_a_copy_that_somebody_saved_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is saved before the new one is ready or at the last moment."""
    from leadbook.app import share as sharing
    from leadbook.workbook import handout

    book = put(tmp_path, plain_book())
    out = tmp_path / "out.xlsx"
    words = ("share", book, out, "--audience", "partner", "--force")
    assert leadbook(*words).code == 0 and leadbook(*words).code == 0
    real_build, real_swap = sharing.build_shared, handout.swap

    def save(*given: Any, **named: Any) -> bytes:
        out.write_bytes(b"theirs, early")
        return real_build(*given, **named)

    def late(new: Path, place: Path) -> Path | None:
        monkeypatch.setattr(handout, "swap", real_swap)
        out.write_bytes(b"theirs, late")
        return real_swap(new, place)

    for module, name, instead in ((sharing, "build_shared", save), (handout, "swap", late)):
        with monkeypatch.context() as patched:
            patched.setattr(module, name, instead)
            said = leadbook(*words)
        assert said.code == 75 and out.read_bytes().startswith(b"theirs")
        assert sorted(p.name for p in tmp_path.iterdir() if ".lb-" in p.name) == []
    assert leadbook(*words).code == 0 and out.read_bytes()[:2] == b"PK"
