"""The command line: exit codes, words in the reader's language, nothing private printed (DESIGN §10, X9, X15)."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from statistics import median

import jsonschema
import pytest

from leadbook.assets import folder, read_json
from leadbook.labels import LANGUAGES, load_labels
from tests.books import (
    BODY_ROW,
    DAY,
    LEADS,
    Said,
    book,
    columns,
    copy,
    edited,
    leadbook,
    place,
    plain_book,
    process,
    put,
    table,
)

ROOT = Path(__file__).resolve().parents[1]
REPORT = jsonschema.Draft202012Validator(read_json(folder("schemas") / "run_report.schema.json"))
BAD = [{**LEADS[0], "rep_score": 9}, *LEADS[1:3]]
CELL = place("rep_score")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of our own mistakes are written where the command runs."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return put(tmp_path, plain_book())


@pytest.fixture(scope="module")
def faulty() -> bytes:
    return book(BAD)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def text(key: str, language: str = "en", **params: object) -> str:
    return load_labels(language).text(key, **params)


# Codes: 0 fine, 1 rows to mend, 2 used wrongly, 3 refused, 4 policy, 75 busy.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_book_of_each_language_can_be_processed_at_once(tmp_path: Path, language: str) -> None:
    path = tmp_path / "team.xlsx"
    made = leadbook("new", "book", path, "--lang", language)
    assert (made.code, made.out.strip()) == (0, text("summary.created", language, file=str(path)))
    said = process(path)
    assert said.code == 0 and said.err == ""
    assert text("summary.findings_none", language) in said.out.splitlines()


def test_new_never_writes_over_a_file_and_only_makes_xlsx(team: Path) -> None:
    before = team.read_bytes()
    again = leadbook("new", "book", team)
    assert (again.code, again.out) == (3, "") and again.err.strip() == text("error.target_exists", file="team.xlsx")
    assert team.read_bytes() == before
    assert leadbook("new", "book", team.with_suffix(".xls")).code == 2
    assert leadbook("new", "book", team.parent / "nowhere" / "team.xlsx").code == 3


def test_check_is_0_without_errors_and_1_with_one_and_writes_nothing(team: Path, faulty: bytes) -> None:
    other = put(team.parent, faulty, "bad.xlsx")
    held = {path: path.read_bytes() for path in (team, other)}
    assert leadbook("check", team, "--today", DAY).code == 0
    said = leadbook("check", other, "--today", DAY)
    assert said.code == 1
    assert any(line.startswith(f"LB113 Leads!{CELL}: ") and "9" in line for line in said.out.splitlines())
    assert {path: path.read_bytes() for path in held} == held
    assert sorted(path.name for path in team.parent.iterdir()) == ["bad.xlsx", "cwd", "team.xlsx"]


def test_process_is_1_when_rows_have_errors_and_the_rest_is_done(tmp_path: Path, faulty: bytes) -> None:
    path = put(tmp_path, faulty)
    said = process(path)
    assert said.code == 1
    assert [row["rank"] for row in table(path, "LB_Results")] == [1, 2, 3]
    issue = next(row for row in table(path, "LB_Issues") if row["code"] == "LB113")
    assert (issue["lead_name"], issue["value"]) == ("明河机械有限公司", "9")


@pytest.mark.parametrize(
    "words",
    [
        ["--today", "someday"],
        ["--wait", "soon"],
        ["--lang", "fr"],
        ["--profile", "holiday"],
        ["--no-such-option"],
    ],
)
def test_words_that_do_not_fit_are_2(team: Path, words: list[str]) -> None:
    before = team.read_bytes()
    said = leadbook("process", team, *words)
    assert said.code == 2 and said.out == "" and said.err
    assert team.read_bytes() == before
    assert leadbook("no-such-command").code == 2


@pytest.mark.req("X9")
@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("team.xlsx", b"", "empty_file"),
        ("team.xlsx", b"company,type\n", "text_file"),
        ("team.xls", b"x", "old_xls"),
        ("team.xlsx", b"<html><table>", "html_file"),
        ("team.csv", b"a,b", "text_file"),
        ("~$team.xlsx", b"x", "owner_file"),
    ],
)
@pytest.mark.parametrize("command", ["check", "process"])
def test_what_cannot_be_processed_is_3_with_one_line_and_untouched(
    tmp_path: Path, name: str, data: bytes, key: str, command: str, english: None
) -> None:
    path = put(tmp_path, data, name)
    said = leadbook(command, path)
    assert (said.code, said.out, said.err.strip()) == (3, "", text(f"error.{key}", file=name))
    assert path.read_bytes() == data and files(tmp_path) == [path]


def test_a_workbook_that_is_not_ours_is_3(tmp_path: Path, english: None) -> None:
    from openpyxl import Workbook

    other = Workbook()
    other.active.append(["a", "b"])
    other.save(tmp_path / "other.xlsx")
    said = leadbook("process", tmp_path / "other.xlsx")
    assert (said.code, said.err.strip()) == (3, text("error.book_without_leads", file="other.xlsx"))


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("vi_VN.UTF-8", "vi"),
        ("de_DE.UTF-8", "en"),
    ],
)
def test_errors_speak_the_readers_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    said = leadbook("process", tmp_path / "team.xlsx")
    assert (said.code, said.err.strip()) == (3, text("error.file_missing", language, file="team.xlsx"))
    asked = leadbook("process", tmp_path / "team.xlsx", "--lang", "vi")
    assert asked.err.strip() == text("error.file_missing", "vi", file="team.xlsx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_speak_the_language_asked_for_whatever_the_book_is_in(
    tmp_path: Path, faulty: bytes, language: str
) -> None:
    said = leadbook("check", put(tmp_path, faulty), "--today", DAY, "--lang", language)
    assert f"LB113 Leads!{CELL}: {text('finding.out_of_range.message', language, value='9')}" in said.out.splitlines()


@pytest.mark.req("X6")
def test_a_book_that_is_open_is_75_and_waiting_helps(team: Path) -> None:
    before, marker = team.read_bytes(), team.with_name("~$team.xlsx")
    marker.write_bytes(b"\x03Ana".ljust(55) + "\x03Ana".encode("utf-16-le").ljust(110))
    said = process(team)
    assert said.code == 75 and "Ana" in said.err and team.read_bytes() == before
    assert leadbook("check", team, "--today", DAY).code == 0
    start = time.monotonic()
    assert process(team, "--wait", "0.3s").code == 75
    assert time.monotonic() - start > 0.3
    threading.Timer(0.4, marker.unlink).start()
    assert process(team, "--wait", "1m").code == 0
    assert team.read_bytes() != before


# The policy in force.


@pytest.mark.parametrize(
    ("column", "value", "row"),
    [
        ("points", "many", 0),
        ("reads", "horoscope", 0),
        ("section", "magic", 3),
        ("answer", "sometimes", 1),
        ("kind", "riddle", 2),
        ("points", "=1/0", 4),
    ],
)
def test_a_broken_policy_sheet_is_4_with_the_cell_and_the_book_untouched(
    tmp_path: Path, column: str, value: str, row: int, english: None
) -> None:
    where: list[str] = []

    def spoil(workbook: object) -> None:
        sheet = workbook["Policy"]  # type: ignore[index]
        cell = sheet.cell(BODY_ROW + row, columns(sheet)[column])
        cell.value = value
        where.append(cell.coordinate)

    path = put(tmp_path, edited(plain_book(), spoil))
    before = path.read_bytes()
    said = process(path)
    assert said.code == 4 and said.err.startswith(f"team.xlsx: Policy!{where[0]}: ")
    assert path.read_bytes() == before and files(tmp_path) == [path]


def test_a_policy_file_makes_up_for_a_broken_sheet(tmp_path: Path) -> None:
    path = put(tmp_path, edited(plain_book(), lambda workbook: workbook["Policy"].cell(BODY_ROW, 1, "magic")))
    assert process(path, "--dry-run").code == 4
    assert process(path, "--policy", folder("templates") / "policy.default.json").code == 0


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (None, "file_unreadable"),
        ("{", "json_broken"),
        ("[]", "policy_not_a_policy"),
        ('{"settings": {}, "rows": [{"section": "magic", "id": "x"}]}', "policy_row_broken"),
    ],
)
def test_a_policy_file_that_is_none_is_4(team: Path, content: str | None, key: str, english: None) -> None:
    policy = team.with_name("policy.json")
    if content is not None:
        policy.write_text(content)
    before = team.read_bytes()
    said = process(team, "--policy", policy)
    assert said.code == 4 and "policy.json" in said.err
    assert (
        said.err.split("policy.json")[0]
        == text(f"error.{key}", place="policy.json", file="policy.json").split("policy.json")[0]
    )
    assert team.read_bytes() == before


def test_a_policy_file_overrides_one_run_and_is_named_in_runs(team: Path) -> None:
    policy = read_json(folder("templates") / "policy.default.json")
    policy["name"], policy["settings"]["base"] = "bold points", 20
    team.with_name("policy.json").write_text(json.dumps(policy))
    process(team)
    usual = {row["lead_key"]: row["total"] for row in table(team, "LB_Results")}
    process(team, "--policy", team.with_name("policy.json"))
    assert {row["lead_key"]: row["total"] - 20 for row in table(team, "LB_Results")} == usual
    runs = table(team, "LB_Runs")
    assert runs[-1]["policy"] == "bold points" and runs[0]["policy"] != "bold points"
    assert runs[0]["fingerprint"] != runs[1]["fingerprint"]


# Where results go.


def test_a_dry_run_leaves_every_byte_and_makes_no_file(team: Path) -> None:
    before = team.read_bytes()
    said = process(team, "--dry-run")
    assert said.code == 0 and text("summary.dry_run") in said.out
    assert team.read_bytes() == before and files(team.parent) == [team]


def test_an_output_file_gets_the_results_and_the_book_stays(team: Path) -> None:
    before, target = team.read_bytes(), team.with_name("monday.xlsx")
    assert process(team, "-o", target).code == 0
    assert team.read_bytes() == before and len(table(target, "LB_Results")) == 5
    kept = target.read_bytes()
    assert process(team, "-o", target).code == 3 and target.read_bytes() == kept
    assert process(team, "-o", team.parent / "nowhere" / "x.xlsx").code == 3


def test_the_day_asked_for_is_the_day_computed(team: Path) -> None:
    later = copy(team, "later.xlsx")
    process(team)
    assert process(later, "--today", "2026年9月1日").code == 0
    assert [str(row["as_of"].date()) for path in (team, later) for row in table(path, "LB_Runs")] == [DAY, "2026-09-01"]
    totals = [
        {row["lead_key"]: row["points_engagement"] for row in table(path, "LB_Results")} for path in (team, later)
    ]
    assert all(totals[1][key] <= points for key, points in totals[0].items()) and totals[0] != totals[1]


# Reports.


@pytest.mark.parametrize("words", [[], ["--show-values"], ["--profile", "deep_mining"]])
def test_the_json_report_fits_its_schema(tmp_path: Path, faulty: bytes, words: list[str]) -> None:
    path = put(tmp_path, faulty)
    for said in (leadbook("check", path, "--json", "--today", DAY, *words), process(path, "--json", *words)):
        assert said.code == 1 and said.err == ""
        report = json.loads(said.out)
        assert [error.message for error in REPORT.iter_errors(report)] == []
        assert ("LB113", "Leads", CELL) in {(f["code"], f["sheet"], f["cell"]) for f in report["findings"]}
        assert report["counts"]["error"] == 1 and report["as_of"] == DAY
    assert report["written"] == "team.xlsx"
    assert [row["rank"] for row in report["results"]] == [1, 2, 3]


def test_quiet_prints_nothing_and_still_says_it_by_its_code(tmp_path: Path, faulty: bytes) -> None:
    path = put(tmp_path, faulty)
    assert leadbook("check", path, "--today", DAY, "-q") == process(path, "-q") == Said(1, "", "")


@pytest.mark.req("R01")
def test_a_situation_lists_what_it_still_needs(team: Path) -> None:
    said = leadbook("check", team, "--today", DAY, "--profile", "first_contact")
    assert said.code == 0 and said.out.count("LB145 Leads!") > 3
    assert "LB145" not in leadbook("check", team, "--today", DAY).out


# A real process.


def _run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env=environment, check=False, cwd=folder
    )


def test_as_a_program_it_ends_with_its_codes(tmp_path: Path, faulty: bytes) -> None:
    path = put(tmp_path, faulty)
    done = _run("-m", "leadbook", "process", str(path), "--today", DAY, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "") and "LB113" in done.stdout
    assert _run("-m", "leadbook", "process", str(tmp_path / "none.xlsx")).returncode == 3
    assert date.fromisoformat(DAY) == table(path, "LB_Runs")[0]["as_of"].date()


def test_help_needs_little_time_and_no_heavy_package() -> None:
    _run("-c", "import leadbook.cli")
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = _run("-m", "leadbook", "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.returncode == 0 and "process" in done.stdout
    assert median(spent) < 0.2
    heavy = (
        "pandas",
        "numpy",
        "openpyxl",
        "jsonschema",
        "jsonschema_rs",
        "rich",
        "rapidfuzz",
        "holidays",
        "lxml",
        "xlsxwriter",
        "xlwings",
    )
    code = "import sys\nfrom leadbook.cli import main\ntry:\n main(['--help'])\nexcept SystemExit:\n pass\n"
    done = _run("-c", f"{code}print([name for name in {heavy!r} if name in sys.modules])")
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_has_its_help(tmp_path: Path) -> None:
    listed = leadbook("--help").out
    for command in ("new", "check", "process", "explain", "undo", "doctor", "demo"):
        said = leadbook(command, "--help")
        assert said.code == 0 and command in listed and "Usage:" in said.out
    assert leadbook("--version").out.startswith("leadbook")


def test_a_run_writes_the_same_with_and_without_the_arrays_of_pyarrow(team: Path) -> None:
    pytest.importorskip("pyarrow")
    books, loaded = [], []
    for first in ("", "import pyarrow\n"):
        book = team.parent / f"{len(books)}.xlsx"
        book.write_bytes(team.read_bytes())
        code = f"import sys\n{first}from leadbook.cli import main\ntry:\n main(sys.argv[1:])\nexcept SystemExit:\n"
        code += " import pandas\n print(pandas.Series(['a']).dtype.storage)"
        done = _run("-c", code, "process", str(book), "--today", "2026-06-15", "-q")
        loaded.append(done.stdout.strip())
        books.append([line for name in ("LB_Results", "LB_FollowUps", "LB_History", "LB_Issues", "LB_Relations")
                      for line in table(book, name)])  # fmt: skip
    assert loaded == ["python", "pyarrow"] and books[0] == books[1] != []
