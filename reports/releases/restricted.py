"""A restricted release: every figure as it is, for readers inside the partnership; nothing of it is published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow

from reports.cutting import RESTRICTED, Table, cut, named, standing
from reports.releases import beside, frozen
from reports.releases.releasing import code_version
from reports.releases.rows import COLUMNS, MARKS, NOT_APPLICABLE, NOT_RECEIVED, number, rows

HIDDEN = "c"
PERIODS = ("year", "quarter", "month")
YEARS = 5


def restricted(
    connection,
    releases: Path,
    year: str,
    as_at: str | None = None,
    periods: Sequence[str] = PERIODS,
    years: int = YEARS,
) -> Path:
    """Cut the figures of the financial years ending with `year`, whole and below South Yorkshire → the folder.

    The same marts, seeds and code give the same bytes under the same name. Refusal where there are none.
    """
    figures = frozen.freeze(connection, frozen.financial_years(year, years), periods, below=True)
    resting, version = standing(connection, as_at), code_version()
    words = ["restricted", year, *(periods if tuple(periods) != PERIODS else ())]
    words += [f"{years}-years"] if years != YEARS else []
    manifest = {
        "name": f"{named(words, resting)}-code-{version[:8]}",
        "report": "figures",
        "protection": RESTRICTED,
        "year": year,
        "years": years,
        "periods": list(periods),
        **resting,
        "code_version": version,
        "marks": {HIDDEN: "suppressed by who sent it"} | MARKS,
    }
    tables = [Table("figures", COLUMNS, unprotected(figures)), *beside.tables(connection, figures)]
    return cut(releases, manifest, tables)


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
