"""Who is who: one key a company, duplicates in any spelling, rows without a name (F01, DESIGN §4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import FIRST_ROW, found, taken_in

Row = dict[str, object]


def lead(name: object, **more: object) -> Row:
    return {"company_name": name, "customer_type": "new", **more}


@pytest.mark.req("F01")
@pytest.mark.parametrize(
    "other",
    [
        "明河機械有限公司",
        "明河机械有限责任公司",
        "　明河 机械 有限公司",
        "明河机械（有限公司）",
        "明河机械",
    ],
)
def test_spellings_of_one_company_are_duplicates_and_the_first_row_is_used(other: str) -> None:
    taken = taken_in(
        [lead("明河机械有限公司", pain_points="first"), lead("别的有限公司"), lead(other, pain_points="third")]
    )
    assert found(taken, "duplicate_lead") == [("lead", 8, "company_name")]
    assert next(f for f in taken.findings if f.name == "duplicate_lead").params["cells"] == "B6, B8"
    assert taken.leads["pain_points"].tolist() == ["first", None]
    assert taken.not_scored == 1


@pytest.mark.req("F01")
def test_every_duplicate_names_all_its_rows() -> None:
    taken = taken_in([lead("North Pier Ltd"), lead("NORTH PIER LTD."), lead("Ｎｏｒｔｈ Ｐｉｅｒ Ltd")])
    cells = [f.params["cells"] for f in taken.findings if f.name == "duplicate_lead"]
    assert cells == ["B6, B7, B8"] * 2


def test_the_tax_number_joins_and_parts_companies() -> None:
    joined = taken_in([lead("Old Name Ltd", tax_id="0101-234"), lead("New Name Ltd", tax_id="0101 234")])
    assert found(joined, "duplicate_lead") == [("lead", 7, "company_name")]
    parted = taken_in([lead("Twin Ltd", tax_id="1"), lead("Twin Ltd", tax_id="2")])
    assert found(parted, "duplicate_lead") == []
    assert parted.leads["lead_key"].tolist() == ["1", "2"]


def test_the_id_outranks_tax_number_and_name() -> None:
    taken = taken_in([lead("Alder Ltd", lead_id="L-7", tax_id="99"), lead("Birch Ltd", tax_id="98"), lead("Cedar Ltd")])
    assert taken.leads["lead_key"].tolist() == ["L-7", "98", "cedar"]


@pytest.mark.req("F01")
def test_a_row_without_a_name_never_takes_the_place_of_a_named_one() -> None:
    taken = taken_in([lead(None, tax_id="77", pain_points="x"), lead("Alder Ltd", tax_id="77")])
    assert found(taken, "identity_missing") == [("lead", 6, "company_name")]
    assert found(taken, "duplicate_lead") == []
    assert taken.leads["company_name"].tolist() == ["Alder Ltd"]


@pytest.mark.parametrize("name", ["???", "—", "***", " 。"])
def test_a_name_without_letters_is_no_identity(name: str) -> None:
    taken = taken_in([lead(name), lead(name)])
    assert found(taken, "identity_missing") == [("lead", 6, "company_name"), ("lead", 7, "company_name")]
    assert len(taken.leads) == 0


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_neither_keys_nor_answers(order: list[int]) -> None:
    rows = [
        lead(f"Company {n} Ltd", pain_points=f"pain {n}", rep_score=1 + n % 5, tax_id=None if n % 2 else f"{n}11")
        for n in range(6)
    ]
    straight, shuffled = taken_in(rows), taken_in([rows[n] for n in order])
    by_name = [
        taken.leads.assign(answers=taken.answers).set_index("company_name").sort_index()
        for taken in (straight, shuffled)
    ]
    assert by_name[0].equals(by_name[1])


def test_a_changed_answer_changes_the_fingerprint_and_the_spelling_of_one_does_not() -> None:
    answers = [
        taken_in([lead("Alder Ltd", urgency_stated=level, needed_by="2026-09-30")]).answers.iloc[0]
        for level in ("高", "high", "Cao", "低")
    ]
    assert answers[0] == answers[1] == answers[2] != answers[3]


def test_every_finding_of_a_row_carries_the_key_and_name_of_its_lead() -> None:
    taken = taken_in(
        [lead("Alder Ltd", rep_score="x"), lead("Birch Ltd", tax_id="12-3", rep_score=9)],
        [{"lead_name": "Alder Ltd", "at": "soon", "channel": "phone", "our_participants": "Ana"}],
    )
    told = {(f.name, f.lead_name, f.lead_key) for f in taken.findings if f.kind.severity == "error"}
    assert told == {
        ("not_a_number", "Alder Ltd", "alder"),
        ("out_of_range", "Birch Ltd", "123"),
        ("not_a_date", "Alder Ltd", "alder"),
    }


def test_an_empty_book_is_taken_in_without_a_word() -> None:
    taken = taken_in([])
    assert len(taken.leads) == 0 and taken.rows == 0 and len(taken.findings) == 0


@pytest.mark.req("X11")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=12),
            st.floats(allow_nan=True),
            st.booleans(),
            st.integers(-(10**12), 10**12),
            st.sampled_from(
                [{"error": "#DIV/0!"}, {"uncached": True}, {"date": "2026-05-04"}, {"date": "2026-05-04T10:30"}]
            ),
        ),
        min_size=1,
        max_size=3,
    ),
    st.data(),
)
def test_whatever_stands_in_the_cells_no_row_is_lost_and_nothing_breaks(
    values: list[object], data: st.DataObject
) -> None:
    from leadbook.model.catalogue import load_catalogue

    fields = data.draw(st.lists(st.sampled_from(load_catalogue().lead.keys()), min_size=1, max_size=8, unique=True))
    rows = [lead(f"Company {n} Ltd") | dict.fromkeys(fields, value) for n, value in enumerate(values)]
    taken = taken_in(rows)
    blank = {f.row for f in taken.findings if f.name in ("identity_missing", "duplicate_lead")}
    assert set(taken.leads.index) | blank == set(range(FIRST_ROW, FIRST_ROW + len(rows)))
