"""Digests: what is due, what moved, what to ask; short, in four languages, without a contact or a free word."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadbook.export.texts import markdown, one_line
from leadbook.labels import LANGUAGES, load_labels
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
