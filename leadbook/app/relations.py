"""Who we know at each lead: people of the decision chain, the main contact, who took part in talks (M5, C19)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from leadbook.intake.values.fold import fold
from leadbook.intake.values.names import mask_name
from leadbook.intake.values.persons import Person, read_person
from leadbook.intake.values.text import split_people
from leadbook.scoring.contacts import NO_REPLY

ROLES: Final = ("decides", "influences", "executes", "uses")
# One person met in several places is one row: the chain knows the part, the contact the position.
SOURCES: Final = ("decision_chain", "contact", "participant")
_COLUMNS: Final = ["lead_row", "name", "title", "role", "source", "last_contact"]


def people_known(leads: pd.DataFrame, interactions: pd.DataFrame) -> pd.DataFrame:
    """One row a person: ``lead_row`` (label of ``leads``), ``name`` (always masked, may be blank), ``title``, ``role``
    (code or missing), ``source`` and ``last_contact`` (datetime64).

    Leads keep their order; within one, deciders first. Two mentions are one person when masked name and, if both have
    one, position agree; a mention with only a position joins by that.
    """
    talks = interactions[interactions["lead_row"].isin(leads.index) & interactions["at"].notna()]
    found = pd.concat([_chain(leads), _contacts(leads), _participants(leads, talks)], ignore_index=True)
    if found.empty:
        return found
    found["person"] = _same_person(found)
    order = found["source"].map({source: n for n, source in enumerate(SOURCES)})
    found = found.assign(order=order).sort_values(["lead_row", "person", "order"], kind="stable")
    named = found.assign(name=found["name"].replace("", None), title=found["title"].replace("", None))
    grouped = named.groupby(["lead_row", "person"], sort=False)
    out = grouped[["name", "title", "role", "source"]].first().fillna({"name": "", "title": ""})
    out["last_contact"] = grouped["last_contact"].max()
    return _ordered(out.reset_index("lead_row"), leads)


def _ordered(people: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    place = pd.Series(np.arange(len(leads)), index=leads.index)
    rank = people["role"].map({role: n for n, role in enumerate(ROLES)}).fillna(len(ROLES))
    keys = people.assign(place=place.reindex(people["lead_row"]).to_numpy(), part=rank)
    ordered = keys.sort_values(["place", "part", "name"], kind="stable")
    return ordered[_COLUMNS].reset_index(drop=True)


def _mentions(values: pd.Series, source: str, read: Callable[[Any], Person]) -> pd.DataFrame:
    """A row for each mention; ``values`` has one mention an entry, its index are lead rows."""
    known = [read(value) for value in values]
    frame = pd.DataFrame(known, columns=list(Person._fields), dtype=object)
    never = np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[s]")
    return frame.assign(lead_row=values.index, source=source, role=None, last_contact=never)[_COLUMNS]


def _chain(leads: pd.DataFrame) -> pd.DataFrame:
    links = leads["decision_chain"].dropna().explode().dropna()
    out = _mentions(links, "decision_chain", lambda link: Person(link["title"], mask_name(link["name"])))
    return out.assign(role=[link["role"] for link in links])


def _contacts(leads: pd.DataFrame) -> pd.DataFrame:
    """The main contact, and the customer's people named in the row itself. The last contact was with the former."""
    named = leads.loc[leads[["contact_name", "contact_title"]].notna().any(axis=1)]
    names = named["contact_name"].map(split_people, na_action="ignore").explode().fillna("")
    out = _mentions(names, "contact", lambda name: Person("", mask_name(name)))
    mine = leads.loc[out["lead_row"]]
    out["title"] = mine["contact_title"].fillna("").to_numpy()
    out["role"] = mine["authority_class"].to_numpy()
    out["last_contact"] = mine["last_contact"].to_numpy()
    also = leads["customer_participants"].dropna().explode().dropna()
    return pd.concat([out, _mentions(also, "participant", read_person)], ignore_index=True)


def _participants(leads: pd.DataFrame, talks: pd.DataFrame) -> pd.DataFrame:
    answered = talks[talks["reaction"].ne(NO_REPLY)].set_index("lead_row", drop=False)
    here = answered.loc[answered["customer_participants"].notna(), ["lead_row", "customer_participants", "at"]]
    each = here.explode("customer_participants").dropna(subset=["customer_participants"])
    out = _mentions(each["customer_participants"], "participant", read_person)
    return out.assign(last_contact=each["at"].to_numpy())


def _same_person(found: pd.DataFrame) -> pd.Series:
    """A key within each lead: the masked name, else the position; namesakes of another position stay apart."""
    name, title = (found[column].fillna("").map(fold) for column in ("name", "title"))
    name = name.str.replace(" ", "")  # "Lai *" and "Lai*" are one mask
    keyed = name.where(name != "", "~" + title)
    group = [found["lead_row"], keyed]
    several = title.where(title != "").groupby(group).transform("nunique") > 1
    key = keyed.where(~several, keyed + "|" + title)
    # A position without a name is the person with that position, when there is only one.
    by_title = pd.Series(key.to_numpy(), index=pd.MultiIndex.from_arrays([found["lead_row"], title]))[
        (name != "").to_numpy() & (title != "").to_numpy()
    ]
    only = by_title[~by_title.index.duplicated(keep=False)]
    nameless = (name == "") & (title != "")
    wanted = pd.MultiIndex.from_arrays([found["lead_row"], title])
    joined = pd.Series(only.reindex(wanted).to_numpy(), index=found.index)
    return key.where(~(nameless & joined.notna()), joined)
