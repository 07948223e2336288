"""Calendars and digests of the follow-ups in a book (R16)."""

from __future__ import annotations

import pandas as pd

from leadbook.app.export_files import folder, target
from leadbook.app.export_read import Source, stamp
from leadbook.app.export_reps import OWNER, of_rep, rep_named, reps
from leadbook.app.export_wanted import Exported, Wanted
from leadbook.app.takeovers import former_reps
from leadbook.export.texts import file_word, one_line
from leadbook.export.wordings import Wordings
from leadbook.intake.identity import lead_keys
from leadbook.labels import LANGUAGES, Labels, fold, load_labels


def calendars(source: Source, wanted: Wanted, done: Exported) -> None:
    """One calendar for the rep that is wanted, or a folder with one for each rep who has steps."""
    from leadbook.export.calendars import calendar

    labels, fresh, book = source.book.labels, stamp(source), source.path
    steps, home = _steps(source, wanted, done), str(source.policy.setting("region"))
    former = former_reps(steps["reason"])

    def theirs(rep: str) -> pd.DataFrame:
        return pd.concat([of_rep(steps, rep), _given_away(steps, former, rep)])

    def one(rep: str) -> bytes:
        name = labels.text("calendar.name", rep=rep, book=book.stem)
        return calendar(theirs(rep), labels, fresh, name, home)

    if wanted.rep is not None:
        rep = rep_named(source, wanted.rep)
        done.write(target(book, wanted.output, file_word(rep), ".ics"), one(rep), book)
        return
    place = folder(book, wanted.output, "calendars")
    for rep in reps(source):
        if len(theirs(rep)):
            done.write(place / f"{book.stem}.{file_word(rep)}.ics", one(rep), book)


def _given_away(steps: pd.DataFrame, former: pd.Series, rep: str) -> pd.DataFrame:
    """Steps that a rep had and that someone else has now: cancelled in this calendar, with nothing new in them."""
    had = [at for at, names in former.items() if fold(rep) in map(fold, names)]
    return steps.loc[had].assign(status="cancelled", purpose=None, channel=None, tier=None)


def _steps(source: Source, wanted: Wanted, done: Exported) -> pd.DataFrame:
    """The steps that a calendar can hold, with the region of their lead and the purpose as it may travel."""
    from leadbook.export.calendars import placed

    # Archived steps too: a calendar that holds them learns that they were done or cancelled.
    kept = [done.take(source.sheet(table)) for table in ("done", "follow_up")]
    steps = pd.concat([kept[1], kept[0]], ignore_index=True) if len(kept[0]) else kept[1]
    regions = _regions(source)
    usable = placed(steps)
    usable = usable.assign(region=_objects([regions.get(key) for key in usable["lead_key"]], usable))
    if not wanted.show_values:
        said = Wordings(source.book.labels).said
        usable = usable.assign(purpose=_objects([said(text) for text in usable["purpose"]], usable))
    nobody = 0 if wanted.rep is not None else int(usable[OWNER].isna().sum())
    done.unplaced = len(steps) - len(usable) + nobody
    return usable


def _objects(values: list[str | None], like: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=like.index, dtype=object)


def _regions(source: Source) -> dict[str, str]:
    """Lead key to the region of the lead, where it names one."""
    leads = source.sheet("lead").frame
    known = leads[leads["region"].notna()]
    return dict(zip(lead_keys(known)["lead_key"].tolist(), known["region"].tolist(), strict=True))


def digests(source: Source, wanted: Wanted, done: Exported) -> None:
    """One digest as text to print or in a file; without a rep all who have something to do, then what is nobody's."""
    from leadbook.export.digest import digest
    from leadbook.export.digest_text import as_markdown, as_text

    labels, today = source.book.labels, source.options.today
    steps, results = done.take(source.sheet("follow_up")), _results(source, done)
    nobody, wordings = labels.text("digest.nobody"), Wordings(labels)
    wished = [rep_named(source, wanted.rep)] if wanted.rep is not None else [*reps(source), None]
    as_of, facts = max(source.sheet("run").frame["as_of"].dropna(), default=None), _facts(source, steps)
    every = [
        digest(one_line(rep or nobody), of_rep(steps, rep), of_rep(results, rep), wordings, today, as_of, facts)
        for rep in wished
    ]
    shown = every if wanted.rep is not None else [each for each in every if each.sections]
    text = (as_markdown if wanted.to == "md" else as_text)(shown, labels)
    if wanted.output is None:
        done.text = text
    else:
        out = target(source.path, wanted.output, "digest", f".{wanted.to}")
        done.write(out, text.encode("utf-8", "replace"), source.path)


def _facts(source: Source, steps: pd.DataFrame) -> dict[str, dict[str, str | None]]:
    """By lead key what a note for a first call may name: a product of the policy, the industry, the quote's day."""
    called = set(steps.loc[steps["kind"].eq("first_call"), "lead_key"].dropna())
    if not called:
        return {}
    labels, leads = source.book.labels, source.sheet("lead").frame
    keys = lead_keys(leads)["lead_key"]
    some = leads[keys.isin(called).to_numpy()]
    known = {fold(word): _product(key, name, labels) for key, name in source.policy.products().items()
             for word in (key, name)}  # fmt: skip
    columns = (keys[keys.isin(called)], some["product"], some["industry"], some["first_quote_at"])
    return {
        key: {
            "product": known.get(fold(product)) if product else None,
            "business_area": labels.choice("industry", trade["code"]) if trade and trade.get("code") else None,
            "quoted": quoted[:10] if quoted else None,
        }
        for key, product, trade, quoted in zip(*columns, strict=True)
    }


def _product(key: str, name: str, labels: Labels) -> str:
    """A product in the reader's language, unless the team gave it a name of its own."""
    text, every = f"policy_row.product.{key}.name", [load_labels(language) for language in LANGUAGES]
    standard = {each.text(text) for each in every if each.has(text)}
    return labels.text(text) if name in standard else name


def _results(source: Source, done: Exported) -> pd.DataFrame:
    """LB_Results with its causes as codes, so that they can be said in another language."""
    results, reverse = done.take(source.sheet("result")), source.book.reverse
    causes = [reverse.choice("cause", text) if isinstance(text, str) else None for text in results["cause"]]
    return results.assign(cause=_objects(causes, results))
