"""The macro's source: what Excel and LibreOffice both can compile, and the same words as the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyopenvba.interpreter import parse_module

from leadbook.labels import LANGUAGES, load_labels

MACRO = Path(__file__).resolve().parents[2] / "templates" / "macro"
FILES = sorted(MACRO.glob("*.bas"))
SOURCE = {path.stem: path.read_text(encoding="ascii") for path in FILES}
CALC_ONLY = {"LeadbookCalc", "LeadbookFiles", "LeadbookShell", "LeadbookCells", "LeadbookAnswer", "LeadbookBlocks"}
every_module = pytest.mark.parametrize("name", SOURCE)
PROCEDURE = re.compile(r"^(?:Public|Private) (?:Sub|Function) (\w+)", re.MULTILINE)
USED_TEXT = re.compile(r'(?:Say|Progress|WithTime)\(?\s*"(\w+)"')
ENGLISH = re.compile(r'Case "(\w+)"\n\s+InEnglish = ((?:"(?:[^"]|"")*"(?: & _\n\s+)?)+)')


@every_module
def test_module_parses_and_is_named_like_its_file(name: str) -> None:
    assert SOURCE[name].startswith(f'Attribute VB_Name = "{name}"\n')
    assert parse_module(SOURCE[name], name=name) is not None


@every_module
def test_lines_are_short_and_continued_rarely_enough_for_excel(name: str) -> None:
    lines = SOURCE[name].split("\n")
    assert max(map(len, lines)) <= 120
    # VBA takes no statement of more than 25 lines.
    runs = re.findall(r"(?:^[^\n]* _\n)+", SOURCE[name], re.MULTILINE)
    assert max((run.count("\n") for run in runs), default=0) < 25


@every_module
def test_conditional_compilation_only_where_libreoffice_never_goes(name: str) -> None:
    assert bool(re.search(r"^\s*#If", SOURCE[name], re.MULTILINE)) == (name == "LeadbookExcel")


@every_module
def test_explicit_declarations_except_beside_words_of_libreoffice(name: str) -> None:
    assert ("\nOption Explicit\n" in SOURCE[name]) == (name not in CALC_ONLY)


def test_excel_never_compiles_a_call_it_does_not_know() -> None:
    """LibreOffice's own functions would be compile errors in Excel; its objects are empty variables there."""
    forbidden = r"\b(createUnoService|createUnoStruct|ConvertToUrl|ConvertFromUrl|IsNull\(ThisComponent|Wait \d)"
    assert [name for name, text in SOURCE.items() if re.search(forbidden, text, re.IGNORECASE)] == []


def test_no_name_stands_for_two_things() -> None:
    names = [name for text in SOURCE.values() for name in re.findall(r"^Public (?:Sub|Function) (\w+)", text, re.M)]
    assert len(names) == len(set(names))
    for name, text in SOURCE.items():
        own = PROCEDURE.findall(text)
        assert len(own) == len(set(own)), name
    assert names.count("Refresh") == 1


def test_parameters_of_plain_types_come_by_value() -> None:
    """Excel refuses to compile a Variant passed by reference to a String."""
    heads = re.findall(r"^(?:Public|Private) (?:Sub|Function) \w+\((.*?)\)(?: As \w+)?$", "\n".join(SOURCE.values()),
                       re.MULTILINE | re.DOTALL)  # fmt: skip
    plain = [word for head in heads for word in re.split(r",\s*(?:_\s*)?", head)
             if re.search(r" As (String|Long|Integer|Boolean|Double)$", word)]  # fmt: skip
    assert plain
    assert [word for word in plain if not word.startswith("ByVal ")] == []


def test_every_text_is_in_the_catalogues_and_in_english_in_the_source() -> None:
    used = {key for text in SOURCE.values() for key in USED_TEXT.findall(text)}
    english = {key: _joined(words) for key, words in ENGLISH.findall(SOURCE["LeadbookTexts"])}
    for language in LANGUAGES:
        texts = load_labels(language).texts
        assert [key for key in used if f"macro.{key}" not in texts] == []
    assert set(english) == used - {"language"}
    for key, text in english.items():
        assert text == load_labels("en").texts[f"macro.{key}"].replace("…", "..."), key


def _joined(words: str) -> str:
    return "".join(part.replace('""', '"') for part in re.findall(r'"((?:[^"]|"")*)"', words))
