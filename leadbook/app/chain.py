"""The chain behind the Refresh button: Excel, its settings, xlwings, the command, and the book itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Final

from leadbook.app.item import Item
from leadbook.app.machine import MACOS, WINDOWS, Machine
from leadbook.app.unlock import Key
from leadbook.errors import LeadbookError
from leadbook.labels import Labels
from leadbook.vba.macro import MACRO, macro_modules, macro_version
from leadbook.vba.reading import module_texts
from leadbook.workbook.button import button_sheets
from leadbook.workbook.crypt import is_encrypted
from leadbook.workbook.guard import check_path, guard
from leadbook.workbook.package import Package

_APP_PATH: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_USER: Final = r"HKCU\Software\Microsoft\Office\{}\Excel\Security"
_POLICY: Final = r"HKCU\Software\Policies\Microsoft\Office\{}\Excel\Security"
_VERSIONS: Final = ("16.0", "15.0", "14.0")
_MAC_EXCEL: Final = "Applications/Microsoft Excel.app"
_MAC_ADDIN: Final = (
    "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/xlwings.xlam"
)
_MAC_SCRIPT: Final = "Library/Application Scripts/com.microsoft.Excel/xlwings-{}.applescript"
_SIGNED_ONLY: Final = 3  # VBAWarnings: 1 all, 2 ask first, 3 signed ones, 4 none
_ZONE: Final = re.compile(rb"ZoneId\s*=\s*([0-9])")
_FROM_INTERNET: Final = 3


def examine_machine(labels: Labels, machine: Machine, xlwings: str) -> Iterator[Item]:
    """What the button needs of the machine; ``xlwings`` is its installed version, "" without."""
    text = labels.text
    windows, mac = machine.system == WINDOWS, machine.system == MACOS
    if windows or mac:
        yield Item(text("doctor.excel"), _excel(machine), False, text("doctor.fix_excel"))
    else:
        yield Item(text("doctor.excel"), None, False, note=text("doctor.only_excel"))
    soffice = _libre_office(machine)
    yield Item(text("doctor.soffice"), soffice, False, text("doctor.fix_soffice"))
    found = machine.command("leadbook") is not None
    yield Item(text("doctor.command"), found, False, text("doctor.fix_command"))
    if mac:
        present = machine.exists(machine.home / _MAC_ADDIN)
        yield Item(text("doctor.addin"), present, False, text("doctor.fix_addin"))
        script = bool(xlwings) and machine.exists(machine.home / _MAC_SCRIPT.format(xlwings))
        yield Item(text("doctor.script"), script, False, text("doctor.fix_script"))
    else:
        yield Item(text("doctor.addin"), None, False, note=text("doctor.only_macos"))
        yield Item(text("doctor.script"), None, False, note=text("doctor.only_macos"))
    yield _macros(labels, machine)


def _excel(machine: Machine) -> bool:
    if machine.system == WINDOWS:
        paths = (machine.registry(f"{root}\\{_APP_PATH}", "") for root in ("HKLM", "HKCU"))
        return any(isinstance(path, str) and machine.exists(Path(path.strip('"'))) for path in paths)
    return any(machine.exists(place / _MAC_EXCEL) for place in (Path("/"), machine.home))


def _libre_office(machine: Machine) -> bool:
    if machine.command("soffice") is not None:
        return True
    places = {
        WINDOWS: [
            Path(machine.environment.get(name, "")) / "LibreOffice" / "program" / "soffice.exe"
            for name in ("ProgramFiles", "ProgramFiles(x86)")
            if machine.environment.get(name)
        ],
        MACOS: [Path("/Applications/LibreOffice.app")],
    }
    return any(machine.exists(place) for place in places.get(machine.system, []))


def _macros(labels: Labels, machine: Machine) -> Item:
    """Whether Excel runs macros at all: a policy goes before the user's setting, none means "ask first"."""
    name = labels.text("doctor.macros")
    if machine.system != WINDOWS:
        return Item(name, None, False, note=labels.text("doctor.only_windows"))
    for version in _VERSIONS:
        for place, fix in ((_POLICY, "fix_macros_policy"), (_USER, "fix_macros")):
            value = machine.registry(place.format(version), "VBAWarnings")
            if isinstance(value, int):
                return Item(name, value < _SIGNED_ONLY, True, labels.text(f"doctor.{fix}"))
    return Item(name, True, True)


def examine_book(labels: Labels, machine: Machine, book: Path, key: Key | None = None) -> Iterator[Item]:
    """What the button needs of one book; ``key`` opens one with a password. Raises RefusedFile when the file is no
    workbook, or is locked."""
    check_path(book)
    stored = book.read_bytes()
    data = (key or Key()).open(stored, book.name)
    guard(data, book.name)
    package = Package.from_bytes(data, book.name)
    text, said = labels.text, {"file": book.name}
    if is_encrypted(stored):
        yield Item(text("doctor.unlocked", **said), False, True, text("doctor.fix_locked", **said))
    sheets = button_sheets(package, MACRO)
    fix = text("doctor.fix_button" if book.suffix.lower() == ".xlsx" else "doctor.fix_button_macros", file=str(book))
    yield Item(text("doctor.button_there", **said), bool(sheets), True, fix, note=", ".join(sheets))
    ours = next(v for v in map(macro_version, macro_modules().values()) if v)
    theirs = _version_in(package)
    hint = text("doctor.fix_macro_none" if not theirs else "doctor.fix_macro_other", version=theirs, **said)
    yield Item(text("doctor.macro_there", version=ours, **said), theirs == ours, True, hint)
    if machine.system != WINDOWS:
        for asked in ("doctor.mark", "doctor.trusted"):
            yield Item(text(asked, **said), None, False, note=text("doctor.only_windows"))
        return
    trusted = _trusted(machine, book)
    mark = machine.read(f"{book}:Zone.Identifier") or b""
    zone = _ZONE.search(mark)
    blocked = zone is not None and int(zone[1]) >= _FROM_INTERNET
    yield Item(text("doctor.mark", **said), not blocked or trusted, True, text("doctor.fix_mark"))
    yield Item(text("doctor.trusted", **said), trusted, False, text("doctor.fix_trusted"))


def _version_in(package: Package) -> str:
    """The version of the macro in a book; "" when there is none that can be read."""
    for part in package.related(package.workbook_part, "vbaProject"):
        try:
            texts = module_texts(package.read(part))
        except (ValueError, LeadbookError):
            continue
        return next((v for v in map(macro_version, texts.values()) if v), "")
    return ""


def _trusted(machine: Machine, book: Path) -> bool:
    """Whether the book's folder is a trusted location, or lies in one that counts its subfolders."""
    folder = PureWindowsPath(book.resolve()).parent
    for version in _VERSIONS:
        for root in (_USER.format(version), _POLICY.format(version)):
            base = f"{root}\\Trusted Locations"
            for name in machine.subkeys(base):
                path = machine.registry(f"{base}\\{name}", "Path")
                if not isinstance(path, str) or not path:
                    continue
                place = PureWindowsPath(_expanded(path, machine))
                below = machine.registry(f"{base}\\{name}", "AllowSubfolders") == 1
                if folder == place or (below and place in folder.parents):
                    return True
    return False


def _expanded(path: str, machine: Machine) -> str:
    known = {name.upper(): value for name, value in machine.environment.items()}
    return re.sub(r"%([^%]+)%", lambda m: known.get(m[1].upper(), m[0]), path)
