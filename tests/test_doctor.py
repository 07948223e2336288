"""``doctor``: what of the chain behind the button is in place, on machines that the tests describe."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from leadbook.app.chain import examine_book, examine_machine
from leadbook.app.item import Item
from leadbook.app.machine import MACOS, WINDOWS, Machine, this_machine
from leadbook.labels import LANGUAGES, load_labels
from leadbook.vba import vba_project
from leadbook.vba.macro import macro_modules
from tests.books import leadbook, packed, parts, plain_book, put

LABELS = load_labels("en")
OFFICE = r"Software\Microsoft\Office\16.0\Excel\Security"
USER, POLICY = f"HKCU\\{OFFICE}", r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security"
APP = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
EXCEL = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"


def windows(registry: dict[tuple[str, str], object], files: dict[str, bytes] | None = None, *commands: str) -> Machine:
    """A Windows machine with these registry values, files and commands."""
    kept = files or {}

    def below(key: str) -> list[str]:
        return sorted({k.removeprefix(key + "\\").split("\\")[0] for k, _ in registry if k.startswith(key + "\\")})

    return Machine(
        WINDOWS, Path("C:/Users/Mei"), {"APPDATA": r"C:\Users\Mei\AppData\Roaming"},
        registry=lambda key, name: registry.get((key, name)), subkeys=below,
        exists=lambda path: str(path) in kept, read=kept.get,
        command=lambda name: f"C:/{name}.exe" if name in commands else None,
    )  # fmt: skip


def mac(*files: str, commands: tuple[str, ...] = ()) -> Machine:
    return Machine(
        MACOS, Path("/Users/mei"), exists=lambda path: str(path) in files,
        command=lambda name: f"/opt/bin/{name}" if name in commands else None,
    )  # fmt: skip


def look(machine: Machine, xlwings: str = "0.37.8") -> dict[str, Item]:
    """Label key to item, for the machine."""
    return by_key(list(examine_machine(LABELS, machine, xlwings)))


def look_at(machine: Machine, book: Path) -> dict[str, Item]:
    return by_key(list(examine_book(LABELS, machine, book)), book.name)


def by_key(items: list[Item], name: str = "") -> dict[str, Item]:
    keys = ("excel", "soffice", "command", "addin", "script", "macros", "button_there", "macro_there")
    texts = {
        LABELS.texts[f"doctor.{key}"].replace("{file}", name).replace("{version}", "1"): key
        for key in (*keys, "mark", "trusted")
    }
    return {texts[item.name]: item for item in items}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    assert leadbook("add-button", put(tmp_path, plain_book())).code == 0
    return tmp_path / "team.xlsm"


def test_excel_is_found_where_windows_registers_it() -> None:
    assert look(windows({}))["excel"].present is False
    assert look(windows({(APP, ""): EXCEL}))["excel"].present is False  # registered, but uninstalled since
    assert look(windows({(APP, ""): f'"{EXCEL}"'}, {EXCEL: b""}))["excel"].present is True
    assert look(mac())["excel"].present is False
    assert look(mac("/Applications/Microsoft Excel.app"))["excel"].present is True
    here = look(replace(mac(), system="linux"))["excel"]
    assert (here.present, here.note) == (None, LABELS.text("doctor.only_excel"))


@pytest.mark.parametrize(
    ("registry", "runs", "fix"),
    [
        ({}, True, ""),
        ({(USER, "VBAWarnings"): 1}, True, "fix_macros"),
        ({(USER, "VBAWarnings"): 2}, True, "fix_macros"),
        ({(USER, "VBAWarnings"): 3}, False, "fix_macros"),
        ({(USER, "VBAWarnings"): 4}, False, "fix_macros"),
        ({(USER, "VBAWarnings"): 1, (POLICY, "VBAWarnings"): 4}, False, "fix_macros_policy"),
        ({(USER, "VBAWarnings"): 4, (POLICY, "VBAWarnings"): 2}, True, "fix_macros_policy"),
        ({(USER.replace("16.0", "15.0"), "VBAWarnings"): 4}, False, "fix_macros"),
    ],
)
def test_macro_settings_of_windows(registry: dict[tuple[str, str], object], runs: bool, fix: str) -> None:
    item = look(windows(registry))["macros"]
    assert (item.present, item.needed) == (runs, True)
    assert not fix or item.fix == LABELS.text(f"doctor.{fix}")


def test_macro_settings_can_only_be_looked_at_on_windows() -> None:
    assert (look(mac())["macros"].present, look(mac())["macros"].note) == (None, "only on Windows")


def test_the_addin_and_its_script_matter_on_a_mac() -> None:
    addin = "/Users/mei/Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
    script = "/Users/mei/Library/Application Scripts/com.microsoft.Excel/xlwings-0.37.8.applescript"
    bare, full = look(mac()), look(mac(f"{addin}/xlwings.xlam", script))
    assert (bare["addin"].present, bare["script"].present) == (False, False)
    assert "xlwings addin install" in bare["addin"].fix and "xlwings runpython install" in bare["script"].fix
    assert (full["addin"].present, full["script"].present) == (True, True)
    # The script's name carries the version: after an upgrade it has to be installed again.
    assert look(mac(f"{addin}/xlwings.xlam", script), "0.38.0")["script"].present is False
    assert look(windows({}))["addin"].note == "only on macOS"


def test_command_and_libre_office_are_looked_for() -> None:
    assert look(windows({}, None, "leadbook", "soffice"))["command"].present is True
    bare = look(windows({}))
    assert (bare["command"].present, bare["soffice"].present) == (False, False)
    assert "Guide" in bare["command"].fix


def test_book_with_button_and_macro_is_told_so(book: Path) -> None:
    found = look_at(this_machine(), book)
    assert (found["button_there"].present, found["macro_there"].present) == (True, True)
    assert found["button_there"].note == "Leads, Results, Dashboard"


def test_book_without_button_names_the_command_that_adds_it(tmp_path: Path) -> None:
    plain = put(tmp_path, plain_book())
    found = look_at(this_machine(), plain)
    assert (found["button_there"].present, found["macro_there"].present) == (False, False)
    assert f'leadbook add-button "{plain}"' in found["button_there"].fix


@pytest.mark.parametrize(("old", "said"), [('String = "1"', "0.9"), ("LEADBOOK_MACRO", "")])
def test_macro_of_another_version_is_named(book: Path, tmp_path: Path, old: str, said: str) -> None:
    texts = {k: v.replace(old, f'String = "{said}"' if said else "SOMETHING") for k, v in macro_modules().items()}
    documents = ["ThisWorkbook", *(f"Sheet{n}" for n in range(1, 14))]
    other = put(tmp_path, packed({**parts(book), "xl/vbaProject.bin": vba_project(texts, documents)}), "other.xlsm")
    item = look_at(this_machine(), other)["macro_there"]
    assert item.present is False
    key = "fix_macro_other" if said else "fix_macro_none"
    assert item.fix == LABELS.text(f"doctor.{key}", file="other.xlsm", version=said)


def test_a_damaged_project_is_no_macro_and_no_crash(book: Path, tmp_path: Path) -> None:
    broken = put(tmp_path, packed({**parts(book), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 300}), "broken.xlsm")
    assert look_at(this_machine(), broken)["macro_there"].present is False


def test_mark_of_the_web_blocks_unless_the_folder_is_trusted(book: Path) -> None:
    mark = {f"{book}:Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://mail.example\r\n"}
    free, blocked = look_at(windows({}), book), look_at(windows({}, mark), book)
    assert (free["mark"].present, blocked["mark"].present) == (True, False)
    assert "Unblock" in blocked["mark"].fix
    inside = {f"{book}:Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=1\r\n"}
    assert look_at(windows({}, inside), book)["mark"].present is True
    place = (f"{USER}\\Trusted Locations\\Location5", "Path")
    here = look_at(windows({place: str(book.resolve().parent)}, mark), book)
    assert (here["mark"].present, here["trusted"].present) == (True, True)


def test_subfolders_of_a_trusted_location_count_only_when_it_says_so(book: Path) -> None:
    key = f"{USER}\\Trusted Locations\\Location5"
    above = str(book.resolve().parent.parent)
    assert look_at(windows({(key, "Path"): above}), book)["trusted"].present is False
    assert look_at(windows({(key, "Path"): above, (key, "AllowSubfolders"): 1}), book)["trusted"].present is True
    named = replace(windows({(key, "Path"): "%Team%"}), environment={"TEAM": str(book.resolve().parent)})
    assert look_at(named, book)["trusted"].present is True


def test_elsewhere_mark_and_location_cannot_be_looked_at(book: Path) -> None:
    found = look_at(mac(), book)
    assert [(found[key].present, found[key].note) for key in ("mark", "trusted")] == [(None, "only on Windows")] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_command_line_in_every_language(language: str, book: Path, tmp_path: Path) -> None:
    text = load_labels(language).text
    said = leadbook("doctor", book, "--lang", language)
    assert said.code == 0 and text("doctor.chain") in said.out
    assert f"+ {text('doctor.button_there', file='team.xlsm')}" in said.out
    assert not [line for line in said.out.splitlines() if "doctor." in line or "{" in line]
    plain = leadbook("doctor", tmp_path / "team.xlsx", "--lang", language)
    assert plain.code == 1
    assert f"- {text('doctor.button_there', file='team.xlsx')}" in plain.out


def test_json_holds_every_item_and_a_missing_file_is_refused(book: Path, tmp_path: Path) -> None:
    items = json.loads(leadbook("doctor", book, "--json").out)
    assert {"name", "present", "needed", "fix", "note"} == set(items[0])
    assert any(item["present"] is None for item in items)
    assert leadbook("doctor", tmp_path / "no.xlsm").code == 3
    assert leadbook("doctor").code == 0
