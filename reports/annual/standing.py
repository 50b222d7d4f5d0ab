"""How firm the figures of a table are: provisional, not received, still followed, and where their series break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.annual.shelf import SHORT, Shelf
from reports.reading import Figure

ALL_FINAL, ALL_CAME = "The returns behind these figures are final.", "Every return behind them was received."
BOTH = "The returns behind these figures are final, and all of them were received."
SAID = {
    "not received": "Not received, which does not mean 0",
    "part received": "Part received, may still change",
    "incomplete follow-up": "Not yet followed to the end, may still rise",
    "suppressed by sender": "Hidden by those who sent it",
}
ROUNDED = "Rounded"


def notes(figures: Iterable[Figure | None], shelf: Shelf, breakdowns: Iterable[str] = ("all",)) -> list[str]:
    """What must be said beside these figures; first whether they are final and whole."""
    told = [f for f in figures if f is not None]
    may_move = [f for f in told if f.provisional == "provisional"]
    said = [f"Provisional, may still change: {_listed(may_move, shelf)}."] if may_move else [ALL_FINAL]
    absent = [f"{words}: {found}." for words, found in _statuses(told, shelf)]
    said = [BOTH] if not (may_move or absent) else [*said, *(absent or [ALL_CAME])]
    if any(f.note.startswith(ROUNDED) for f in told):
        said.append("Numbers are rounded, so parts may not add up to their total.")
    return [*said, *_populations(told), *breaks(told, shelf, {"all", *breakdowns})]


def _statuses(told: list[Figure], shelf: Shelf) -> Iterator[tuple[str, str]]:
    for status, words in SAID.items():
        here = [f for f in told if f.status == status]
        if here:
            yield words, _listed(here, shelf)


def _listed(figures: list[Figure], shelf: Shelf) -> str:
    """`2024-25 all areas`, `2023-24 Doncaster (R19 DON)`: by period and what was not received, never one by one."""
    every = {a.code for a in shelf.areas} - {"U"}
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for f in figures:
        places = groups.setdefault((f.period, f.not_received), {})
        places[f.area_code] = SHORT.get(f.area_code, f.area)
    lines = []
    for (period, absent), places in sorted(groups.items()):
        where = (
            "all areas"
            if every <= set(places)
            else ", ".join(places[a.code] for a in shelf.areas if a.code in places)
        )
        lines.append(f"{period} {where}" + (f" ({absent})" if absent else ""))
    return "; ".join(lines)


def _populations(told: list[Figure]) -> Iterator[str]:
    """Which estimate of the population a rate is on: two of them differ."""
    found = {
        (f.indicator_code, f.unit): f.breakdown_label for f in told if f.breakdown == "population series"
    }
    for (code, unit), series in sorted(found.items()):
        yield f"{code} {unit}: the population is that of {series}."


def breaks(told: list[Figure], shelf: Shelf, breakdowns: set[str]) -> list[str]:
    """The breaks these figures cross, each note once with the measures it concerns."""
    codes, places = {f.indicator_code for f in told}, {f.area_code for f in told}
    found: dict[tuple, set[str]] = {}
    for row in shelf.breaks:
        if (
            row["indicator_code"] in codes
            and row["area_code"] in places
            and row["breakdown"] in breakdowns
            and not (row["break_date"] and row["break_date"] > max(f.end_date for f in told))
        ):
            found.setdefault((row["break_date"], row["note"]), set()).add(row["indicator_code"])
    ordered = sorted(found.items(), key=lambda pair: (str(pair[0][0] or ""), pair[0][1]))
    return [_broken(day, note, codes) for (day, note), codes in ordered]


def _broken(day, note: str, codes: set[str]) -> str:
    when = f" on {day.day} {day:%B %Y}" if day else ", on a day not known"
    return f"The series of {', '.join(sorted(codes))} breaks{when}: {note}"


def crossed(before: Figure, now: Figure, shelf: Shelf) -> bool:
    """Whether a break whose day is known lies between two figures of one measure."""
    return any(
        row["indicator_code"] == now.indicator_code
        and row["area_code"] == now.area_code
        and row["breakdown"] in ("all", now.breakdown)
        and row["break_date"]
        and before.start_date < row["break_date"] <= now.end_date
        for row in shelf.breaks
    )
