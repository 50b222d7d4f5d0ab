"""A restricted release: every figure as it is, for readers inside the partnership; nothing of it is published."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pyarrow

from refusal import Refusal
from reports.cutting import RESTRICTED, Table, cut, named, standing
from reports.releases import beside, frozen
from reports.releases.releasing import code_version
from reports.releases.rows import COLUMNS, MARKS, NOT_APPLICABLE, NOT_RECEIVED, number, rows

HIDDEN = "c"
ROLE, FIGURES = "gold_group", "fct_indicator_values"
PERIODS = ("year", "quarter", "month")
YEARS = 5


def restricted(
    connection,
    releases: Path,
    seeds: Path,
    year: str,
    periods: Sequence[str] = PERIODS,
    years: int = YEARS,
) -> Path:
    """Cut the figures of the financial years ending with `year`, as the Gold Group may see them → the folder.

    Small numbers of each council stand in it; what the role may not see in `seeds`/role_grants.csv does not.
    The same figures give the same bytes under the same name, as at whatever moment they were built. Refusal where there are none.
    """
    spans = frozen.financial_years(year, years)
    figures = frozen.freeze(connection, spans, periods, below=True, seen=_seen(seeds))
    # Nothing here tells when it was cut or by which moment it was asked for: what was cut last July and what is
    # rebuilt as at last July are one release.
    resting = {k: v for k, v in standing(connection, None).items() if k != "as_at"}
    words = ["restricted", year, *(periods if tuple(periods) != PERIODS else ())]
    words += [f"{years}-years"] if years != YEARS else []
    manifest = {
        "name": named(words, resting),
        "report": "figures",
        "protection": RESTRICTED,
        "role": ROLE,
        "year": year,
        "years": years,
        "periods": list(periods),
        **resting,
        "code_version": code_version(),
        "marks": {HIDDEN: "suppressed by who sent it"} | MARKS,
    }
    tables = [Table("figures", COLUMNS, unprotected(figures)), *beside.tables(connection, figures)]
    return cut(releases, manifest, tables, is_named_by_content=True)


def last_year(connection) -> str:
    """The last financial year with a figure; Refusal where there is none."""
    sql = """select max(f.period) from marts.fct_indicator_values as f inner join core.dim_periods as p using (period)
        where p.period_kind = 'financial_year' and f.status = 'received' and f.numerator > 0"""
    (year,) = connection.execute(sql).fetchone()
    if year is None:
        raise Refusal("No figure has been received for any year.")
    return year


def _seen(seeds: Path) -> str:
    """Which figures the role may see, in SQL; Refusal where nobody says."""
    with (seeds / "role_grants.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["role"] == ROLE and FIGURES in row["table_name"].split(";"):
                return row["row_filter"] or "true"
    raise Refusal(f"seeds/role_grants.csv does not say which figures {ROLE} may see. Mend it.", 4)


def unprotected(figures: pyarrow.Table) -> list[dict]:
    """The rows of frozen figures, nothing hidden but what its sender hid; what was not received is never nothing."""
    found = figures.to_pylist()
    return rows(found, [_texts(figure) for figure in found], [""] * len(found))


def _texts(figure: dict) -> tuple[str, str, str]:
    absent = {"suppressed by sender": HIDDEN, "not received": NOT_RECEIVED, "part received": NOT_RECEIVED}
    nothing = absent.get(figure["status"], NOT_APPLICABLE)

    def text(number_of: str, is_told: bool) -> str:
        if figure[number_of] is None:
            return nothing if is_told else NOT_APPLICABLE
        return number(round(figure[number_of], 4))

    above, below = text("numerator", True), text("denominator", bool(figure["counted_of"]))
    # All received and still no value is a share of nothing.
    return above, below, text("value", figure["numerator"] is None)
