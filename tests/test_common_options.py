"""Every command has the common options of DESIGN §10, and where one makes no sense the table here says why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from leadbook.cli.main import leadbook as program
from tests.books import BODY_ROW, columns, edited, leadbook, plain_book, process, put

EVERY = frozenset({"--lang", "--json", "--quiet"})
COMPUTES = frozenset({"--policy", "--today", "--verbose"})
WRITES = frozenset({"--dry-run", "--wait", "--output"})
# Command -> (what it does, the options that it does without, and why).
TABLE: dict[str, tuple[frozenset[str], dict[str, str]]] = {
    "process": (EVERY | COMPUTES | WRITES, {}),
    "collect": (EVERY | COMPUTES | WRITES, {}),
    "check": (EVERY | COMPUTES, {}),
    "explain": (EVERY | COMPUTES, {}),
    "archive": (EVERY | WRITES | {"--today"}, {}),
    "upgrade": (EVERY | WRITES, {}),
    "refresh": (
        EVERY | {"--policy", "--today", "--wait"}, {"--dry-run": "check does that", "--output": "the open book itself"},
    ),
    "mask": (EVERY | {"--dry-run", "--wait"}, {"--output": "share writes copies"}),
    "forget": (EVERY | {"--dry-run", "--wait"}, {"--output": "the customer has to go from the book itself"}),
    "undo": (EVERY | {"--wait"}, {"--dry-run": "no figure depends on it", "--output": "the book itself"}),
    "share": (EVERY | {"--today"}, {"--output": "an argument"}),
    "export": (EVERY | {"--today", "--output"}, {"--dry-run": "the book is only read"}),
    "add-button": (EVERY | {"--output"}, {"--dry-run": "the book is only read", "--wait": "the book is only read"}),
    "new book": (EVERY, {"--output": "an argument"}),
    "new form": (EVERY, {"--output": "an argument"}),
    "verify": (EVERY, {}),
    "doctor": (EVERY, {}),
    "demo": (frozenset({"--lang"}), {"--json": "made to be looked at", "--quiet": "made to be looked at"}),
}  # fmt: skip


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(program)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())
        else:
            yield name, command


def test_every_command_has_the_common_options_that_it_can_have() -> None:
    known = dict(commands())
    assert set(known) == set(TABLE)
    for name, command in known.items():
        wanted, without = TABLE[name]
        has = {option for parameter in command.params for option in parameter.opts}
        assert wanted <= has, name
        assert not set(without) & has, name
        assert EVERY | (WRITES if "--wait" in wanted else frozenset()) <= wanted | set(without), name


@pytest.fixture
def team(tmp_path: Path, english: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    book = put(tmp_path, plain_book())
    assert process(book).code == 0

    def close(workbook: object) -> None:
        sheet = workbook["Follow-ups"]  # type: ignore[index]
        sheet.cell(BODY_ROW, columns(sheet)["status"], "done")

    book.write_bytes(edited(book.read_bytes(), close))
    return book


QUIET = (
    ("archive", "team.xlsx", "--today", "2026-06-16"),
    ("upgrade", "team.xlsx"),
    ("undo", "team.xlsx", "--discard-edits"),
    ("new", "form", "form.xlsx"),
    ("new", "book", "second.xlsx"),
    ("add-button", "team.xlsx"),
    ("mask", "team.xlsx"),
    ("share", "team.xlsx", "copy.xlsx", "--audience", "management"),
    ("export", "team.xlsx", "--to", "csv"),
    ("forget", "team.xlsx", "--lead", "North Pier Tools Ltd", "--yes"),
)


@pytest.mark.parametrize("words", QUIET, ids=lambda words: " ".join(words[:2]))
def test_quiet_says_nothing_and_does_the_same(words: tuple[str, ...], team: Path) -> None:
    before = {path.name for path in team.parent.iterdir()}, team.read_bytes()
    said = leadbook(*words, "-q")
    assert (said.code, said.out, said.err) == (0, "", "")
    after = {path.name for path in team.parent.iterdir()}, team.read_bytes()
    assert after != before or words[0] in ("upgrade", "mask")  # this book lacks nothing and has no full name


@pytest.mark.parametrize("words", QUIET, ids=lambda words: " ".join(words[:2]))
def test_json_is_one_document(words: tuple[str, ...], team: Path) -> None:
    said = leadbook(*words, "--json")
    assert said.code == 0 and isinstance(json.loads(said.out), dict)


def test_quiet_doctor_names_only_what_is_missing(team: Path) -> None:
    lines = [line for line in leadbook("doctor", team, "-q").out.splitlines() if line.startswith("  ")]
    assert all(line.startswith("  - ") for line in lines)
    assert any(line.startswith("  + ") for line in leadbook("doctor", team).out.splitlines())


def test_a_digest_as_json_holds_its_text(team: Path) -> None:
    told = json.loads(leadbook("export", team, "--to", "md", "--json").out)
    assert told["written"] == [] and told["text"].startswith("#")
