"""The guard stands in front of every reader, and what a machine does to us is told in a sentence (X9, X13)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from leadbook.assets import read_json
from leadbook.cli import failures
from leadbook.errors import InvalidPolicy
from tests import books
from tests.books import Said, leadbook
from tests.workbook.test_guard import REFUSED

pytestmark = pytest.mark.usefixtures("english")
WORDS = (("check", "{}"), ("process", "{}"), ("explain", "{}", "North Pier Tools Ltd"), ("verify", "{}"))


@pytest.mark.req("X9", "X13")
@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_no_command_reads_what_is_no_workbook(tmp_path: Path, kind: str) -> None:
    """One line that names the file and what to do; the file stays as it is."""
    key, make = REFUSED[kind]
    path = books.put(tmp_path, make())
    before = path.read_bytes()
    for words in WORDS if kind in ("sheet part missing", "old Excel", "doctype in the sheet") else WORDS[:1]:
        said = leadbook(*(word.replace("{}", str(path)) for word in words))
        assert said.code == 3 and "team.xlsx" in said.err, (words, said)
        assert "Traceback" not in said.err and "{" not in said.err
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["team.xlsx"]


@pytest.mark.req("X9")
def test_every_reason_has_its_own_sentence() -> None:
    from leadbook.labels import LANGUAGES, load_labels

    keys = {key for key, _ in REFUSED.values()}
    for language in LANGUAGES:
        labels = load_labels(language)
        assert len({labels.text(f"error.{key}", file="x", part="p", limit=1) for key in keys}) == len(keys) >= 20


@pytest.mark.req("X9", "X10")
def test_a_folder_of_nothing_but_bad_forms_is_told_file_by_file(team: Path, inbox: Path) -> None:
    for n, (_, make) in enumerate(REFUSED.values()):
        (inbox / f"f{n}.xlsx").write_bytes(make())
    os.mkfifo(inbox / "pipe.xlsx")
    (inbox / "loop.xlsx").symlink_to("loop.xlsx")
    before = team.read_bytes()
    said = leadbook("collect", team, inbox, "--json", "--today", books.DAY)
    told = json.loads(said.out)["forms"]
    refused = {item["file"].rpartition("/")[2]: item["reason"] for item in [*told["refused"], *told["skipped"]]}
    assert said.code == 1 and len(refused) == len(REFUSED) + 2
    assert (refused["pipe.xlsx"], refused["loop.xlsx"]) == ("not_a_file", "symlink_loop")
    assert len(set(refused.values())) >= 20 and team.read_bytes() == before


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _hole(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(65 << 20)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (_pipe, "file_unreadable"),
    "folder": (lambda path: path.mkdir(), "file_unreadable"),
    "link to itself": (lambda path: path.symlink_to(path.name), "file_unreadable"),
    "nothing there": (lambda path: None, "file_unreadable"),
    "empty": (lambda path: path.write_bytes(b""), "json_broken"),
    "not JSON": (lambda path: path.write_text("settings: 1"), "json_broken"),
    "not UTF-8": (lambda path: path.write_bytes('{"名": 1}'.encode("gb18030")), "json_broken"),
    "no number": (lambda path: path.write_text('{"a": NaN}'), "json_broken"),
    "a hundred thousand levels": (lambda path: path.write_text("[" * 100_000 + "]" * 100_000), "json_broken"),
    "a name twice": (lambda path: path.write_text('{"a": {"b": 1, "b": 2}}'), "json_twice"),
    "beyond all bounds": (_hole, "file_unreadable"),
}  # fmt: skip


@pytest.mark.req("X9", "X13")
@pytest.mark.parametrize("kind", BROKEN)
def test_a_policy_or_extension_file_is_looked_at_first(team: Path, tmp_path: Path, kind: str) -> None:
    make, key = BROKEN[kind]
    path = tmp_path / "p.json"
    make(path)
    with pytest.raises(InvalidPolicy) as refused:
        read_json(path)
    assert refused.value.key == key
    for option in ("--policy", "--extension"):
        said = leadbook("check", team, option, path)
        assert said.code == 4 and "p.json" in said.err


def test_a_json_file_may_begin_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(path) == {"a": 1}


def _told(fault: BaseException, monkeypatch: pytest.MonkeyPatch, team: Path) -> Said:
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("leadbook.app.process.run_book", broken)
    return leadbook("check", team)


@pytest.mark.req("X2", "X9")
@pytest.mark.parametrize(
    ("fault", "code", "word"),
    [
        (OSError(28, "No space left on device", "/x/team.xlsx"), 3, "No space left on device"),
        (OSError(5, "Input/output error"), 3, "Input/output error"),
        (PermissionError(13, "Permission denied", "/x/team.xlsx"), 3, "team.xlsx"),
        (MemoryError(), 3, "memory"),
        (ZeroDivisionError("4711 Kanari"), 70, "mistake of its own"),
        (RecursionError("4711 Kanari"), 70, "mistake of its own"),
    ],
    ids=["disk full", "bad disk", "denied", "memory", "bug", "recursion"],
)
def test_the_machines_failures_are_no_mistakes_of_ours(
    fault: BaseException, code: int, word: str, team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    said = _told(fault, monkeypatch, team)
    assert said.code == code and word in said.err and "Traceback" not in said.err
    reports = list((tmp_path / "cwd").iterdir())
    assert len(reports) == (code == 70)
    for report in reports:
        text = report.read_text(encoding="utf-8")
        assert "Kanari" not in text and "4711" not in text and type(fault).__name__ in text
        assert str(tmp_path) not in text


@pytest.mark.req("X15")
def test_a_bug_in_the_middle_of_a_run_leaves_the_book_and_a_report_without_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer's words stand in the error, in its cause and in the frames' variables: none reaches the report."""
    lead = {**books.LEADS[0], "pain_points": "Kanari eins", "contact_name": "Kanari zwei", "tax_id": "Kanari3"}
    team = books.put(tmp_path, books.book([lead], ()))
    before = team.read_bytes()
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")

    def broken(changes: object, *_: object, **__: object) -> None:
        try:
            raise KeyError("Kanari eins")
        except KeyError as cause:
            raise ValueError(f"Kanari zwei {changes}") from cause

    monkeypatch.setattr("leadbook.app.process.write_back", broken)
    said = books.process(team)
    [report] = (tmp_path / "cwd").iterdir()
    assert said.code == 70 and "Kanari" not in said.err + said.out + report.read_text(encoding="utf-8")
    assert team.read_bytes() == before and sorted(os.listdir(tmp_path)) == ["cwd", "team.xlsx"]
    assert failures.code_for(ValueError()) == 70


@pytest.mark.req("X9")
@pytest.mark.parametrize(
    "words",
    [
        ["process", "{book}", "-o", "{loop}"],
        ["process", "{loop}", "-o", "{new}"],
        ["process", "{loop}"],
        ["check", "{loop}"],
        ["collect", "{book}", "{loop}", "--no-answer"],
        ["archive", "{book}", "-o", "{loop}"],
        ["upgrade", "{book}", "-o", "{loop}"],
        ["share", "{book}", "{loop}", "--audience", "partner"],
        ["share", "{loop}", "{new}", "--audience", "partner"],
        ["export", "{book}", "--to", "csv", "-o", "{loop}"],
        ["mask", "{loop}"],
        ["forget", "{loop}", "--lead", "x", "--yes"],
        ["undo", "{loop}"],
        ["verify", "{loop}"],
        ["doctor", "{loop}"],
        ["add-button", "{loop}"],
        ["new", "book", "{loop}"],
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_a_link_that_leads_to_itself_is_a_sentence_everywhere(tmp_path: Path, words: list[str]) -> None:
    book = books.put(tmp_path, books.plain_book())
    loop = tmp_path / "loop.xlsx"
    loop.symlink_to("loop.xlsx")
    before = book.read_bytes()
    said = books.leadbook(*[word.format(book=book, loop=loop, new=tmp_path / "new.xlsx") for word in words])
    assert said.code not in (0, 70, -1), said
    assert "Traceback" not in said.err and "loop.xlsx" in said.err + said.out
    assert book.read_bytes() == before and not (tmp_path / "new.xlsx").exists()
    assert not list(tmp_path.glob("leadbook-report-*"))
