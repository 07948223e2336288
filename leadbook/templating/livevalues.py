"""What the factors read, as formulas over the input cells of a form (docs/scoring.md, derived values)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from leadbook.intake.intake import PAST_DATES
from leadbook.model.catalogue import Catalogue, Field
from leadbook.model.policy import Policy
from leadbook.model.structured import FIRST_DAY, LARGEST, LAST_DAY
from leadbook.templating.calc import Calc, any_of, escaped, number, text

INTERACTIONS: Final = 100  # rows of the interaction table that count while a form is typed
CELL: Final = "LB_F.{}"
_MINUTES, _ROWS = 1440, 1000


@dataclass
class LiveValues:
    """Addresses of live values by name, made when first asked for. ``""`` stands for no answer.

    ``get`` answers ``None`` for what no structured cell can tell.
    """

    calc: Calc
    policy: Policy
    catalogue: Catalogue
    today: float  # the day that an empty form's formulas have as their value
    made: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The address of a field or derived value."""
        if name not in self.made:
            maker = getattr(self, f"_find_{name}", None)
            if maker is not None:
                self.made[name] = maker()
            else:
                known = self.catalogue.lead.find(name)
                found = self._of_field(known) if known else None
                if found is None:
                    return None
                self.made[name] = found
        return self.made[name]

    def need(self, name: str) -> str:
        found = self.get(name)
        assert found is not None, name
        return found

    def words(self, reads: str) -> bool:
        """Whether a live value is a code, so that it can be compared with an answer of the policy."""
        known = self.catalogue.lead.find(reads)
        if known is not None:
            return known.kind == "choice"
        return reads in ("authority_class", "budget_confirmed", "industry_code", "last_reaction", "risk_class")

    def _put(self, name: str, formula: str, empty: str | float | bool = "") -> str:
        return self.calc.put(name, formula, empty)

    # cells --------------------------------------------------------------------------------------------------------

    def _of_field(self, known: Field) -> str | None:
        cell = CELL.format(known.key)
        if known.kind == "choice" and known.list:
            return self._put(known.key, self.code(cell, known.list))
        if known.kind in ("integer", "number", "percent"):
            return self._put(known.key, self._number(cell, known))
        if known.kind in ("date", "datetime"):
            return self._put(known.key, self._date(cell, past=known.key in PAST_DATES))
        return None

    def code(self, cell: str, list_name: str) -> str:
        """The code of a drop-down, in whatever language its label is."""
        words, codes = (f"LB_{kind}.{list_name}" for kind in ("Words", "Codes"))
        return f'IFERROR(INDEX({codes},MATCH({escaped(cell)},{words},0)),"")'

    def _number(self, cell: str, known: Field) -> str:
        low, high = (0, 1) if known.kind == "percent" else (known.minimum, known.maximum)
        tests = [f"{cell}=INT({cell})"] if known.kind == "integer" else []
        tests += [f"{cell}>={number(low)}"] if low is not None else []
        tests += [f"{cell}<={number(high)}"] if high is not None else []
        inner = f'IF(AND({",".join(tests)}),{cell},"")' if tests else cell
        return f'IF(ISNUMBER({cell}),{inner},"")'

    def _date(self, cell: str, past: bool) -> str:
        tests = f"{cell}>={FIRST_DAY},{cell}<{LAST_DAY + 1}"
        tests += f",{cell}<{self.need('as_of')}+1" if past else ""
        return f'IF(ISNUMBER({cell}),IF(AND({tests}),INT({cell}),""),"")'

    def _find_as_of(self) -> str:
        cell = "LB_Form.as_of"
        return self._put("as of", f"IF(ISNUMBER({cell}),INT({cell}),TODAY())", self.today)

    # authority, industry, region ----------------------------------------------------------------------------------

    def _find_authority_class(self) -> str:
        return self._put("authority_class", self.code(CELL.format("decision_chain.contact_role"), "role"))

    def _find_industry_code(self) -> str:
        return self._put("industry_code", self.code(CELL.format("industry"), "industry"))

    def _find_work_region(self) -> str:
        home = str(self.policy.setting("region"))
        region = self.need("region")
        return self._put("work_region", f'IF({region}="",{text(home)},{region})', home)

    # money --------------------------------------------------------------------------------------------------------

    def _ends(self, name: str) -> tuple[str, str]:
        """Addresses of the lower and upper end; one amount alone stands for both."""
        low, high = (CELL.format(f"{name}.{end}") for end in ("low", "high"))
        count, most = f"COUNT({low},{high})", LARGEST
        both, alone = f"{count}=2", f"SUM({low},{high})"
        two, one = f"AND({low}>=0,{high}>={low},{high}<{most})", f"AND({alone}>=0,{alone}<{most})"
        given = self._put(f"{name} given", f"IF({count}=0,FALSE,IF({both},{two},{one}))", False)
        self.made[f"{name}.given"] = given
        first = self._put(f"{name}.low", f'IF({given},IF({both},{low},{alone}),"")')
        last = self._put(f"{name}.high", f'IF({given},IF({both},{high},{alone}),"")')
        return first, last

    def _rate(self, name: str) -> str:
        home = str(self.policy.setting("currency"))
        rates = {home: 1.0} | {str(row["id"]): float(row["points"]) for row in self.policy.section("rate")}
        if "rates" not in self.made:
            codes, points = self.calc.table("rate", list(rates), list(rates.values()))
            self.made["rates"], self.made["rate codes"] = str(points), str(codes)
        own = self.need("currency")
        code = own
        if name == "budget":
            part = self._put("budget.currency", self.code(CELL.format("budget.currency"), "currency"))
            code = self._put("budget currency", f'IF({part}="",{own},{part})')
        return self._put(
            f"{name} rate", f'IFERROR(INDEX({self.made["rates"]},MATCH({code},{self.made["rate codes"]},0)),"")'
        )

    def _money(self, name: str) -> tuple[str, str]:
        """Addresses of both ends in the book's currency."""
        if f"{name} home low" not in self.made:
            low, high = self._ends(name)
            rate = self._rate(name)
            for end, cell in (("low", low), ("high", high)):
                formula = f'IF(AND(ISNUMBER({cell}),ISNUMBER({rate})),{cell}*{rate},"")'
                self.made[f"{name} home {end}"] = self._put(f"{name} {end}, book currency", formula)
        return self.made[f"{name} home low"], self.made[f"{name} home high"]

    def _find_deal_size(self) -> str:
        return self._put("deal_size", self._money("expected_amount")[0])

    def _find_budget_cover(self) -> str:
        high, wanted = self._money("budget")[1], self._money("expected_amount")[0]
        evidence = self.need("budget_evidence")
        known = f'OR({evidence}="stated",{evidence}="history"),ISNUMBER({high}),ISNUMBER({wanted})'
        ratio = f'IF({wanted}>0,ROUND({high}/{wanted},9),"")'
        return self._put("budget_cover", f'IF(AND({known}),{ratio},"")')

    def _find_budget_confirmed(self) -> str:
        evidence, status = self.need("budget_evidence"), self.need("budget_status")
        return self._put(
            "budget_confirmed", f'IF(OR({evidence}="stated",{evidence}="history"),{status},"")'
        )

    # dates --------------------------------------------------------------------------------------------------------

    def _find_days_to_need(self) -> str:
        day, today = self.need("needed_by"), self.need("as_of")
        return self._put("days_to_need", f'IF({day}="","",MAX(0,{day}-{today}))')

    def _find_days_to_budget_month(self) -> str:
        month, today = self.need("budget_month"), self.need("as_of")
        days = f"MAX(0,MOD({month}-MONTH({today}),12)*30.4-DAY({today})+1)"
        return self._put("days_to_budget_month", f'IF({month}="","",{days})')

    def _find_silent_days(self) -> str:
        """Working days from the newest contact up to today in the lead's region (C11)."""
        start, today, region = (self.need(n) for n in ("last_touch", "as_of", "work_region"))
        first = f"MAX({start},DATE(YEAR({today})-4,1,1))"
        moved = f"SUMPRODUCT((LB_Days.region={region})*(LB_Days.day>={first})*(LB_Days.day<{today})*LB_Days.sign)"
        worked = f"IF({start}>={today},0,NETWORKDAYS({start},{today}-1)-{moved})"
        return self._put("silent_days", f'IF({start}="","",{worked})')

    # interactions -------------------------------------------------------------------------------------------------

    def _find_spoken(self) -> str:
        """Columns over the interaction table: order of time, reaction, answered, reacted, unanswered."""
        today, rows = self.need("as_of"), range(1, INTERACTIONS + 1)
        order = self.calc.formulas("interaction order", [(self._order(n, today), "") for n in rows])
        codes = [(self.code(f"INDEX(LB_Form.reaction,{n})", "reaction"), "") for n in rows]
        reaction = self.calc.formulas("interaction reaction", codes)
        kept = {
            "answered": 'IF({key}="",0,IF({code}="no_reply",0,{key}))',
            "reacted": 'IF({key}="",0,IF({code}="",0,{key}))',
            "silent": 'IF({key}="",0,IF({code}="no_reply",{key},0))',
        }
        self.made |= {"spoken order": str(order), "spoken reaction": str(reaction)}
        for name, form in kept.items():
            cells = [(form.format(key=order.cell(n - 1), code=reaction.cell(n - 1)), 0) for n in rows]
            self.made[f"spoken {name}"] = str(self.calc.formulas(f"interaction {name}", cells))
        return self._put("last answered", f"MAX({self.made['spoken answered']})", 0)

    def _order(self, n: int, today: str) -> str:
        """A number that grows with the time of the nth interaction, and with its row where times are equal."""
        at = f"INDEX(LB_Form.at,{n})"
        minutes = f"ROUND({at}*{_MINUTES},0)"
        fits = f"{at}>={FIRST_DAY},{at}<{LAST_DAY + 1},{minutes}<({today}+1)*{_MINUTES}"
        return f'IF(ISNUMBER({at}),IF(AND({fits}),{minutes}*{_ROWS}+{n},""),"")'

    def _find_last_touch(self) -> str:
        newest, noted = self.need("spoken"), self.need("last_contact")
        spoken = self._put("last answered day", f'IF({newest}=0,"",INT(INT({newest}/{_ROWS})/{_MINUTES}))')
        return self._put("last_touch", f'IF(COUNT({noted},{spoken})=0,"",MAX({noted},{spoken}))')

    def _find_last_reaction(self) -> str:
        self.need("spoken")
        reacted, codes = self.made["spoken reacted"], self.made["spoken reaction"]
        return self._put(
            "last_reaction", f'IF(MAX({reacted})=0,"",INDEX({codes},MATCH(MAX({reacted}),{reacted},0)))'
        )

    def _find_unanswered(self) -> str:
        newest = self.need("spoken")
        order, silent = self.made["spoken order"], self.made["spoken silent"]
        return self._put("unanswered", f'IF(COUNT({order})=0,"",SUMPRODUCT(--({silent}>{newest})))')

    # what several answers say together ----------------------------------------------------------------------------

    def _find_contradictions(self) -> str:
        """Contradictions between drop-downs and dates; those with a text are found on collecting."""
        urgency, priority, status = (self.need(n) for n in ("urgency_stated", "buying_priority", "budget_status"))
        day, today = self.need("needed_by"), self.need("as_of")
        self._money("budget")
        soon = number(int(self.policy.number("urgent_within_days")))
        parts = [
            f'IF(AND({urgency}="low",ISNUMBER({day})),IF(AND({day}>={today},{day}<={today}+{soon}),1,0),0)',
            f'IF(AND({status}="none",{self.made["budget.given"]}),1,0)',
            f'IF(AND({priority}="not_now",{urgency}="high"),1,0)',
        ]
        return self._put("contradictions", "+".join(parts), 0)

    def _find_compliance_open(self) -> str:
        codes = {c.strip() for c in str(self.policy.setting("regulated_industries") or "").split(",")} - {""}
        industry, status = self.need("industry_code"), self.need("compliance_status")
        regulated = any_of([f"{industry}={text(code)}" for code in sorted(codes)])
        unsettled = f'AND({status}<>"held",{status}<>"not_required")'
        return self._put(
            "compliance_open", f'IF({regulated},{unsettled},IF({status}="","",FALSE))'
        )

    def _find_risk_class(self) -> str:
        known = [self.need(name) for name in ("credit_status", "payment_behaviour")]
        hits: dict[str, list[str]] = {"high": [], "mid": []}
        for row in self.policy.section("risk"):
            if row.get("effect") in hits and self.words(str(row["reads"])):
                hits[row["effect"]].append(f"{self.need(str(row['reads']))}={text(str(row['answer']))}")
        worst = f'IF({any_of(hits["high"])},"high",IF({any_of(hits["mid"])},"mid","low"))'
        return self._put("risk_class", f'IF(AND({",".join(c + chr(61) + chr(34) * 2 for c in known)}),"",{worst})')
