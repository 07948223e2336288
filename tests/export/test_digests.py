"""Digests: what is due, what moved, what to ask; short, in four languages, without a contact or a free word."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadbook.export.texts import markdown, one_line
from leadbook.export.wordings import Wordings
from leadbook.intake.values.company import company_key
from leadbook.labels import LANGUAGES, Labels, load_labels
from leadbook.model.call_note import call_note
from tests.books import DAY, LEADS, leadbook, put
from tests.export.books import planned, step

ASK = "Budget status: Is there a budget set aside for something of this kind?"
STEPS = [
    step(1, due=date(2026, 6, 10), lead_name="Late Ltd"),
    step(2, due=date(2026, 6, 15), lead_name="Today Ltd", time="09:30"),
    step(3, due=date(2026, 6, 21), lead_name="Sunday Ltd"), step(4, due=date(2026, 6, 22), lead_name="Later Ltd"),
    step(5, due=date(2026, 6, 15), lead_name="Closed Ltd", status="Done"), step(6, rank=None, lead_name="Old Ltd"),
    step(7, owner="Ana Kim", lead_name="Hers Ltd"), step(8, owner=None, lead_name="Nobody's Ltd"),
]  # fmt: skip
RESULTS = [
    {"rank": 1, "lead_key": "a", "lead_name": "Up Ltd", "owner": "王芳", "tier": "A", "movement": "Up",
     "cause": "New answer", "ask_next": ASK},
    {"rank": 2, "lead_key": "b", "lead_name": "Down Ltd", "owner": "王芳", "tier": "C", "movement": "Down",
     "cause": "Time passed"},
    {"rank": 3, "lead_key": "c", "lead_name": "Same Ltd", "owner": "王芳", "tier": "B", "movement": "Same",
     "cause": None, "ask_next": "Kanari's own words"},
]  # fmt: skip


def digest(folder: Path, *words: str, to: str = "txt", day: str = DAY) -> str:
    said = leadbook("export", put(folder, planned(STEPS, results=RESULTS)), "--to", to, "--today", day, *words)
    assert said.code == 0, said.err
    return said.out


def test_a_rep_reads_what_is_due_overdue_first(tmp_path: Path) -> None:
    assert digest(tmp_path, "--rep", "王芳") == (
        "王芳, 2026-06-15\n\n"
        "Overdue (1)\n  2026-06-10 Late Ltd: Call (Phone)\n\n"
        "Today (1)\n  2026-06-15 09:30 Today Ltd: Call (Phone)\n\n"
        "Later this week (1)\n  2026-06-21 Sunday Ltd: Call (Phone)\n\n"
        "Moved (2)\n  ▲ Up Ltd: now tier A (New answer)\n  ▼ Down Ltd: now tier C (Time passed)\n\n"
        f"Ask next (1)\n  Up Ltd: {ASK}\n"
    )


def test_all_reps_when_none_is_named_then_what_nobody_owns(tmp_path: Path) -> None:
    text = digest(tmp_path, to="md")
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert heads == ["## 王芳, 2026-06-15", "## Ana Kim, 2026-06-15", "## Without an owner, 2026-06-15"]
    assert "- 2026-06-17 Nobody's Ltd: Call (Phone)" in text and "**Overdue (1)**" in text
    assert "Lê Minh" not in text


def test_an_older_run_is_told_and_an_empty_week_too(tmp_path: Path) -> None:
    assert digest(tmp_path, "--rep", "Lê Minh", day="2026-06-16") == (
        "Lê Minh, 2026-06-16 (computed on 2026-06-15)\n\nNothing to do this week.\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_speaks_each_language(tmp_path: Path, language: str) -> None:
    text, labels = digest(tmp_path, "--rep", "王芳", "--lang", language), load_labels(language)
    assert labels.text("digest.overdue", count=1) in text and labels.choice("cause", "time") in text
    assert f"{labels.choice('step_kind', 'call')}" in text and labels.text("question.money_1") in text
    assert language == "en" or "Is there a budget" not in text


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    path = put(tmp_path, planned([step(n) for n in range(1, 31)]))
    out = leadbook("export", path, "--to", "txt", "--today", DAY, "--rep", "王芳").out
    assert out.count("明河机械有限公司") == 8 and "and 22 more" in out and "(30)" in out


def test_contacts_and_free_text_never_appear(tmp_path: Path) -> None:
    leads = [{**LEADS[0], **dict.fromkeys(("contact_name", "next_plan", "pain_points", "goals"), "Kanari")}]
    steps = [step(1, kind="Agreed step", purpose="Do what was agreed: Kanari", note="Kanari", result="Kanari")]
    path = put(tmp_path, planned(steps, leads=leads, results=RESULTS))
    for words in ((), ("--show-values",)):
        for to in ("md", "txt"):
            said = leadbook("export", path, "--to", to, "--today", DAY, *words)
            assert said.code == 0 and "Agreed step" in said.out and "Kanari" not in said.out


def test_names_cannot_break_the_page_or_the_terminal(tmp_path: Path) -> None:
    name = "**Bold** <script>x</script> [a](b)\n## Head\x1b[31m\u202egnp `c` & Söhne"
    path = put(tmp_path, planned([step(1, lead_name=name)]))
    out = leadbook("export", path, "--to", "md", "--today", DAY).out
    assert "\x1b" not in out and "\u202e" not in out and "<script>" not in out
    assert r"\*\*Bold\*\* &lt;script&gt;x&lt;/script&gt; \[a\](b) \#\# Head\[31mgnp \`c\` &amp; Söhne" in out
    assert markdown("a\\<b") == "a\\\\&lt;b" and one_line("👨‍👩‍👧 a\tb\x00c") == "👨‍👩‍👧 a b c"


def test_a_digest_can_go_into_a_file(tmp_path: Path) -> None:
    out = tmp_path / "monday.md"
    printed = digest(tmp_path, to="md")
    assert digest(tmp_path, "-o", str(out), to="md") == f"Written to {out}.\n"
    assert out.read_text(encoding="utf-8") == printed


QUOTED = [
    {**LEADS[0], "company_name": "Quoted Pier Ltd", "product": "energy", "industry": "C",
     "first_quote_at": date(2026, 6, 12)},
    {**LEADS[0], "company_name": "Odd Pier Ltd", "product": "Kanari's own words", "industry": None,
     "first_quote_at": None},
]  # fmt: skip
CALLS = [step(n, lead_name=str(lead["company_name"]), due=date(2026, 6, 15)) for n, lead in enumerate(QUOTED, 1)]


@pytest.mark.req("U04")
@pytest.mark.parametrize("language", LANGUAGES)
def test_first_calls_come_with_a_note_filled_with_what_the_book_knows(tmp_path: Path, language: str) -> None:
    labels = load_labels(language)
    asked = [{"rank": 1, "lead_key": company_key("Quoted Pier Ltd"), "lead_name": "Quoted Pier Ltd", "owner": "王芳",
              "ask_next": ASK}]  # fmt: skip
    calls = [{**call, "kind": load_labels("en").choice("step_kind", "first_call")} for call in CALLS]
    path = put(tmp_path, planned(calls, leads=QUOTED, results=asked))
    said = leadbook("export", path, "--to", "txt", "--today", DAY, "--rep", "王芳", "--lang", language)
    assert said.code == 0, said.err
    known = {"rep": "王芳", "product": labels.text("policy_row.product.energy.name"), "quoted": "2026-06-12",
             "business_area": labels.choice("industry", "C"), "question": said_in(labels)}  # fmt: skip
    assert labels.text("digest.notes", count=2) in said.out and "Kanari" not in said.out
    lines = [line.strip() for line in said.out.splitlines()]
    notes = {"Quoted Pier Ltd": call_note(labels, known), "Odd Pier Ltd": call_note(labels, {"rep": "王芳"})}
    for name, note in notes.items():
        at = lines.index(one_line(labels.text("digest.note", name=name, note=note[0])))
        assert lines[at + 1 : at + 4] == [one_line(line) for line in note[1:]]
    assert labels.text("call_note.blank.our_company") in said.out and "{" not in said.out


def said_in(labels: Labels) -> str:
    """The question of ``ASK`` in another language."""
    return str(Wordings(labels).said(ASK))


@pytest.mark.req("U04")
def test_notes_are_for_first_calls_of_this_week_only_and_three_are_enough(tmp_path: Path) -> None:
    kind = load_labels("en").choice("step_kind", "first_call")
    later = put(tmp_path, planned([step(1, kind=kind, due=date(2026, 6, 22)), step(2, due=date(2026, 6, 15))]))
    assert "For your first calls" not in leadbook("export", later, "--to", "txt", "--today", DAY).out
    many = put(tmp_path, planned([step(n, kind=kind, due=date(2026, 6, 15)) for n in range(1, 6)]))
    out = leadbook("export", many, "--to", "txt", "--today", DAY).out
    assert out.count("Introduction: this is 王芳") == 3 and "For your first calls (5)" in out and "and 2 more" in out
