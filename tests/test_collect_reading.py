"""Reading forms: the quick way and the general one agree, and a form survives other programs (DESIGN §4)."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from leadbook.app.form_files import find_files
from leadbook.errors import RefusedFile
from leadbook.model.catalogue import load_catalogue
from leadbook.model.collected import FormRead
from leadbook.workbook import formfile
from leadbook.workbook.formfile import read_file
from tests.books import DAY, leadbook, packed, parts, plain_book, process, put, table
from tests.forms import filled, make_forms, template
from tests.test_collect import NEW, SAID

KNOWN = {t.name: t.keys() for t in map(load_catalogue().table, ("lead", "interaction"))}


def read(data: bytes) -> FormRead:
    [form] = read_file(data, "form.xlsx", KNOWN, lambda: lambda text: None)
    return form


def slowly(data: bytes, monkeypatch: pytest.MonkeyPatch) -> FormRead:
    with monkeypatch.context() as patch:
        patch.setattr(formfile, "_quickly", lambda data, name: None)
        return read(data)


def saved_by_openpyxl(data: bytes) -> bytes:
    target = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(target)
    return target.getvalue()


def test_the_quick_reader_and_the_general_one_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = [form.data for form in make_forms(24, seed=3)]
    odd = filled({**NEW, "goals": "a & b <c> \"d\" 'e'\nline two", "focus": "=1+1", "rep_score": 3.5, "tags": " x "})
    for data in (*forms, odd, template("vi"), saved_by_openpyxl(odd)):
        assert formfile._quickly(data, "form.xlsx") is not None
        assert read(data) == slowly(data, monkeypatch)
    assert read(odd).cells["goals"].value == "a & b <c> \"d\" 'e'\nline two"


def test_names_lost_in_another_program_are_made_up_for_by_the_keys_sheet() -> None:
    data = filled(NEW, SAID)
    content = parts(data)
    bare = re.sub(rb"<definedNames>.*?</definedNames>", b"", content["xl/workbook.xml"], flags=re.S)
    assert bare != content["xl/workbook.xml"]
    lost = read(packed({**content, "xl/workbook.xml": bare}))
    kept = read(data)
    assert lost.digest == kept.digest and lost.cells == {k: c for k, c in kept.cells.items() if k in lost.cells}
    assert len(lost.talks) == 1


def test_answer_format_and_as_of_are_no_content() -> None:
    data = filled(NEW, SAID)
    same = filled({}, start=data)
    from leadbook.workbook.changes import BlockChange
    from leadbook.workbook.package import Package
    from leadbook.workbook.writeback import write_back

    changes = [BlockChange("LB_Form.answer", [["x", "y"]]), BlockChange("LB_Form.as_of", [[date(2026, 1, 1)]])]
    answered = write_back(Package.from_bytes(data, "form.xlsx"), changes).data
    assert read(answered).digest == read(same).digest == read(data).digest
    assert read(filled({"goals": "other"}, start=data)).digest != read(data).digest
    later = [{**SAID[0], "at": datetime(2026, 6, 11)}]
    assert read(filled({}, later, start=data)).digest != read(data).digest


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.req("R04")
def test_a_form_saved_again_in_libreoffice_is_unchanged(tmp_path: Path) -> None:
    team, inbox = put(tmp_path, plain_book()), tmp_path / "inbox"
    inbox.mkdir()
    forms = {form.language: form for form in make_forms(8, seed=11)}
    for language, form in forms.items():
        (inbox / f"{language}.xlsx").write_bytes(form.data)
    process(team, "--forms", inbox)
    before = {path.name: read(path.read_bytes()).digest for path in inbox.glob("*.xlsx")}
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), *map(str, sorted(inbox.glob("*.xlsx")))],
        capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    saved = sorted((tmp_path / "out").glob("*.xlsx"))
    assert len(saved) == 4
    for path in saved:
        assert path.read_bytes() != (inbox / path.name).read_bytes()
        (inbox / path.name).write_bytes(path.read_bytes())
        assert read(path.read_bytes()).digest == before[path.name]
    leads = table(team, "LB_Leads")
    said = leadbook("collect", team, inbox, "--today", DAY, "--no-answer", "--json")
    assert '"written": null' in said.out and table(team, "LB_Leads") == leads


def test_files_are_found_below_folders_in_one_order_and_each_once(tmp_path: Path) -> None:
    for name in ("b/2.xlsx", "a/1.xlsm", "~$x.xlsx", ".hid/3.xlsx", ".4.xlsx", "old.xls", "notes.docx", "B.XLSX"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"")
    book = tmp_path / "team.xlsx"
    names = [file.name for file in find_files([tmp_path / "in", tmp_path / "in" / "b"], book)]
    assert names == ["in/B.XLSX", "in/a/1.xlsm", "in/b/2.xlsx", "in/old.xls"]
    with pytest.raises(RefusedFile, match="file_missing"):
        find_files([tmp_path / "none"], book)


def test_a_file_that_is_too_large_or_cannot_be_opened_is_named(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    team = put(tmp_path, plain_book())
    with (inbox / "big.xlsx").open("wb") as stream:
        stream.truncate(65 << 20)
    (inbox / "folder.xlsx").mkdir()
    (inbox / "gone.xlsx").symlink_to(tmp_path / "nothing.xlsx")
    said = leadbook("collect", team, inbox, "--today", DAY)
    assert said.code == 1
    assert "inbox/big.xlsx is too large" in said.out and "inbox/gone.xlsx does not exist" in said.out
