"""What a command says before it has read the book, or about one it cannot read, is in the language of that book."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leadbook.labels import LANGUAGES, load_labels
from leadbook.workbook.peek import LANGUAGE_PROPERTY, peek_property
from tests.books import Said, leadbook, packed, parts, plain_book, process, put

SHELLS = {"en": "vi_VN.UTF-8", "vi": "zh_TW.UTF-8", "zh-Hant": "en_US.UTF-8", "zh-Hans": "C"}
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def speak(locale: str) -> None:
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.setenv(name, locale)

    return speak


def opened_by_mei(book: Path) -> None:
    book.with_name(f"~${book.name}").write_bytes(b"\x03Mei".ljust(165, b" "))


def without_done(book: Path) -> None:
    """A book whose sheet for archived steps is gone: no archive."""
    content = parts(book)
    for name, xml in content.items():
        if b"LB_Done" in xml:
            content[name] = xml.replace(b"LB_Done", b"XX_Done")
    book.write_bytes(packed(content))


def with_button(book: Path) -> None:
    shutil.copy(book, book.with_suffix(".xlsm"))


Case = tuple[tuple[str, ...], Callable[[Path], None], str, dict[str, object]]
CASES: dict[str, Case] = {
    "undo": (("undo",), lambda book: None, "nothing_to_undo", {"file": "team.xlsx"}),
    "archive": (("archive",), without_done, "done_missing", {"file": "team.xlsx"}),
    "export": (("export", "--to", "md", "--rep", "Nobody"), lambda book: None, "rep_unknown", {}),
    "export table": (("export", "--to", "csv", "--table", "LB_None"), lambda book: None, "table_unknown", {}),
    "add-button": (("add-button",), with_button, "target_exists", {}),
    "upgrade": (("upgrade",), opened_by_mei, "open_by", {}),
    "process": (("process",), opened_by_mei, "open_by", {}),
    "collect": (("collect",), opened_by_mei, "open_by", {}),
    "refresh": (("refresh",), opened_by_mei, "open_by", {}),
    "mask": (("mask",), opened_by_mei, "open_by", {}),
    "date": (("archive", "--today", "never"), lambda book: None, "date_unreadable", {"value": "never"}),
}  # fmt: skip


def said_of(case: Case, book: Path, *more: str) -> Said:
    (command, *words), prepare, _, _ = case
    prepare(book)
    folder = [str(book.parent)] if command == "collect" else []
    return leadbook(command, book, *folder, *words, *more)


@in_each_language
@pytest.mark.parametrize("name", CASES)
def test_refusals_speak_the_language_of_the_book(
    name: str, language: str, tmp_path: Path, shell: Callable[[str], None]
) -> None:
    shell(SHELLS[language])
    book = put(tmp_path, plain_book(language))
    said = said_of(CASES[name], book)
    assert said.code in (2, 3, 75)
    assert fits(said.err, language, CASES[name][2])


def fits(said: str, language: str, key: str) -> bool:
    """Whether this is the sentence in that language: every piece of it between its placeholders, in order."""
    text, at = load_labels(language).texts[f"error.{key}"], 0
    pieces = [piece.rpartition("}")[2] for piece in text.split("{")]
    for piece in pieces:
        found = said.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


@pytest.mark.parametrize("name", CASES)
def test_what_lang_says_goes_before_the_book(name: str, tmp_path: Path, shell: Callable[[str], None]) -> None:
    shell("en_US.UTF-8")
    book = put(tmp_path, plain_book("vi"))
    said = said_of(CASES[name], book, "--lang", "zh-Hant")
    assert fits(said.err, "zh-Hant", CASES[name][2])


@in_each_language
def test_what_is_done_is_told_in_the_language_of_the_book(
    language: str, tmp_path: Path, shell: Callable[[str], None]
) -> None:
    shell(SHELLS[language])
    book, text = put(tmp_path, plain_book(language)), load_labels(language).text
    assert process(book).code == 0
    undone = text("summary.undone", file=str(book), time="@").partition("@")
    said = leadbook("undo", book).out
    assert said.startswith(undone[0]) and undone[2].strip() in said
    assert text("doctor.title") in leadbook("doctor", book).out
    assert text("verify.whole") in leadbook("verify", book).out
    form = tmp_path / "form.xlsx"
    assert text("summary.created", file=str(form)) in leadbook("new", "form", form, "--book", book).out


@pytest.mark.parametrize(
    "content", [b"", b"not a package", b"PK\x03\x04broken", packed({"docProps/custom.xml": b"\xff\xfe<broken"})]
)
def test_where_the_book_does_not_say_the_shell_decides(
    content: bytes, tmp_path: Path, shell: Callable[[str], None]
) -> None:
    shell("vi_VN.UTF-8")
    book = put(tmp_path, content)
    assert peek_property(book, LANGUAGE_PROPERTY) == ""
    assert fits(leadbook("archive", book, "--today", "never").err, "vi", "date_unreadable")
    missing = leadbook("undo", tmp_path / "none.xlsx")
    assert missing.code == 3 and fits(missing.err, "vi", "file_missing")


def test_a_language_that_is_none_of_ours_is_not_believed(tmp_path: Path, shell: Callable[[str], None]) -> None:
    shell("zh_TW.UTF-8")
    content = parts(plain_book("vi"))
    content["docProps/custom.xml"] = content["docProps/custom.xml"].replace(b">vi<", b">../../xx<")
    book = put(tmp_path, packed(content))
    assert peek_property(book, LANGUAGE_PROPERTY) == "../../xx"
    assert fits(leadbook("undo", book).err, "zh-Hant", "nothing_to_undo")


def test_huge_properties_are_not_read(tmp_path: Path) -> None:
    content = parts(plain_book("vi"))
    content["docProps/custom.xml"] += b" " * (1 << 20)
    assert peek_property(put(tmp_path, packed(content)), LANGUAGE_PROPERTY) == ""


def test_one_run_does_not_speak_the_language_of_the_one_before(tmp_path: Path, shell: Callable[[str], None]) -> None:
    shell("en_US.UTF-8")
    book = put(tmp_path, plain_book("vi"))
    assert fits(leadbook("undo", book).err, "vi", "nothing_to_undo")
    assert leadbook("doctor").out.startswith(load_labels("en").text("doctor.title"))


def test_json_of_undo_says_when(tmp_path: Path) -> None:
    book = put(tmp_path, plain_book())
    assert process(book).code == 0
    told = json.loads(leadbook("undo", book, "--json").out)
    assert told["written"] == "team.xlsx" and told["undone"][:2] == "20"
