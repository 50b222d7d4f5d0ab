"""What a pack says: its lines with their drawings, and in words what stands out, is not there, or is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.charts import Picture, words
from reports.charts.stretches import signals
from reports.gold.lines import GAP, IN_SHORT, LINES, SECTIONS, Line
from reports.gold.read import ABSENT, PART, UNKNOWN, WHOLE, Pack, in_words
from reports.gold.sparks import judged, spark
from reports.reading import Figure, number
from reports.releases.rows import NOT_RECEIVED
from reports.words import change, shown

BASES = {"flow": "in the month", "stock": "on its last day", "cohort": "of those recorded in the month"}
CAME = ("received", "nil")
ENDED = ("DONE", "NOT_IN_PLAN")


# How many lines of signals of the month, of earlier ones, of gaps and of actions there is room for on two pages.
ROOM = {"now": 5, "before": 2, "gaps": 5, "actions": 5}
LITTLE = {"now": 3, "before": 1, "gaps": 3, "actions": 3}
USUALLY_UNDER = 10  # lines of the pack with words under their figures; each more makes the page longer


@dataclass(frozen=True)
class Cell:
    """A figure, the small words under it, and its thirteen months."""

    text: str
    under: str
    chart: Picture | None


@dataclass(frozen=True)
class Row:
    """A line of a section: its words and a cell for each area."""

    line: Line
    counted: str
    cells: tuple[Cell, ...]


def sections(pack: Pack) -> list[tuple[str, list[Row]]]:
    """The sections of the pack with their rows, areas as the pack has them."""
    return [(section.title, [_row(pack, line) for line in section.lines]) for section in SECTIONS]


def room(told: list[tuple[str, list[Row]]]) -> dict[str, int]:
    """How much of each list stands on paper; all of it stands on the page."""
    under = [any(cell.under for cell in row.cells) for _, rows in told for row in rows]
    return LITTLE if sum(under) > USUALLY_UNDER else ROOM


def _row(pack: Pack, line: Line) -> Row:
    basis = next(
        (f.basis for f in pack.figures.values() if _is_of(line, f)), "stock" if line.is_stock else "flow"
    )
    said = f"{line.counted}, {BASES[basis]}"
    return Row(line, said, tuple(_cell(pack, line, area) for area in pack.areas))


def _is_of(line: Line, figure: Figure) -> bool:
    return (figure.indicator_code, figure.unit) == (line.code, line.unit)


def _cell(pack: Pack, line: Line, area: str) -> Cell:
    value, points = pack.taken(line, area, pack.month), pack.points(line, area)
    title = f"{pack.names[area]}, {line.title}"
    chart = spark(points, title=title, unit=_unit(line), breaks=pack.cut(line, area))
    under = _under(pack.figure(line, area, pack.month), line) or _last(value, points, line)
    return Cell(_shown(value, line), under, None if area == UNKNOWN else chart)


def _under(figure: Figure | None, line: Line) -> str:
    """What the figure is of, and whether more of it is to come."""
    if figure is None or number(figure.numerator) is None:
        return ""
    said = line.under.format(numerator=_whole(figure.numerator), denominator=_whole(figure.denominator))
    return "; ".join(filter(None, [said, figure.status if figure.status == PART else ""]))


def _unit(line: Line) -> str:
    return line.unit if line.is_share else line.counted


def _shown(value: str, line: Line) -> str:
    if line.key == GAP and number(value) is not None:
        return f"{float(value):+g}".replace("-", "−").replace("+0", "0")
    text = value if value == ABSENT else shown(value, _unit(line))
    return f"{text} %" if line.is_share and number(value) is not None else text


def _whole(text: str) -> str:
    return shown(text, "")


def _last(value: str, points: Sequence, line: Line) -> str:
    """The last figure there was, of what does not come each month."""
    told = [p for p in points if p.number is not None]
    if value != NOT_RECEIVED or not told:
        return ""
    return f"{told[-1].label} {told[-1].under}: {_shown(str(told[-1].value), line)}"


def in_short(pack: Pack) -> list[str]:
    """A sentence each of what the group asks first, for the whole of South Yorkshire, against a year before."""
    lines = {line.key: line for line in LINES}
    return [_against(pack, lines[key]) for key in IN_SHORT]


def _against(pack: Pack, line: Line) -> str:
    before, now = (pack.figure(line, WHOLE, at) for at in (pack.months[0], pack.month))
    told = [f"{_told(f, line)} in {in_words(at)}" for f, at in ((now, pack.month), (before, pack.months[0]))]
    said = change(before, now) if before and now else "cannot be compared"
    return f"{line.title}: {told[0]}; {told[1]}. {said.capitalize()}."


def _told(figure: Figure | None, line: Line) -> str:
    if figure is None:
        return "no figure"
    text = _shown(figure.value, line)
    if not line.is_share:
        return (
            f"{text} {line.counted}{'' if figure.number == 1 else 's'}" if figure.number is not None else text
        )
    return f"{_whole(figure.numerator)} of {_whole(figure.denominator)} ({text})"


def exceptions(pack: Pack) -> tuple[list[str], list[str]]:
    """The signals of the counts in words: (those that reach the month, those that ended before it)."""
    now, before = [], []
    for line in LINES:
        for area in (*pack.districts, WHOLE):
            points = pack.points(line, area)
            for stretch in judged(points, pack.cut(line, area)) if points else []:
                for said in signals(stretch, _unit(line)):
                    reaches = said.startswith(f"{pack.said},") or said.endswith(f"to {pack.said}")
                    (now if reaches else before).append(f"{line.title}, {pack.names[area]}: {said}.")
    return now, before


def gaps(pack: Pack) -> list[str]:
    """What was not received for the month, by who owes it, and where a series breaks within the thirteen months."""
    rows = pack.release.ask(
        """select return_code, status, coalesce(organisation, organisation_code) as organisation from coverage
        where month = $month order by organisation_code, status, return_code""",
        {"month": pack.month},
    )
    found = [] if rows else [f"The release does not tell what was due for {pack.said}."]
    for (organisation, status), group in groupby(rows, key=lambda r: (r["organisation"], r["status"])):
        if status not in CAME:
            found.append(f"{organisation}, {status}: {words.listed([r['return_code'] for r in group])}.")
    return [*found, *_breaks(pack)]


def _breaks(pack: Pack) -> Iterable[str]:
    shown_here = {line.code for line in LINES}
    told = [b for b in pack.breaks if b["indicator_code"] in shown_here]
    key = lambda b: (b["indicator_code"], b["break_date"], b["note"])  # noqa: E731
    for (code, day, note), group in groupby(sorted(told, key=key), key=key):
        title = next(line.title for line in LINES if line.code == code)
        areas = words.listed([pack.names[b["area_code"]] for b in group])
        yield f"{title}, {areas}: the series breaks in {in_words(f'{day:%Y-%m}')}. {note}"


def actions(pack: Pack) -> list[list[str]]:
    """What the register has not ended: [ref, title, how it stands with each council], what is delayed first."""
    rows = pack.release.ask(
        """select recommendation_ref as ref, title, area_code, s.status from recommendation_statuses as s
        inner join recommendations using (recommendation_ref)
        where period = $year and area_code <> 'SY' order by all""",
        {"year": pack.year},
    )
    found = []
    for (ref, title), group in groupby(rows, key=lambda r: (r["ref"], r["title"])):
        told = {row["area_code"]: row["status"] for row in group}
        if any(not _is_ended(status) for status in told.values()):
            found.append([ref, title, *(_stands(told.get(area, "")) for area in pack.districts)])
    return sorted(found, key=lambda row: not any("delayed" in cell for cell in row[2:]))


def due(pack: Pack) -> list[str]:
    """The headers of the actions."""
    return ["Reference", "Action", *(pack.names[area] for area in pack.districts)]


def _is_ended(status: str) -> bool:
    return all(part.partition(" ")[0] in ENDED for part in status.split(", "))


def _stands(status: str) -> str:
    """`DELAYED 1` in words: `delayed`; several actions with how many of each."""
    parts = [part.split() for part in status.split(", ") if part]
    told = [(word.replace("_", " ").lower(), count) for word, count in parts]
    if len(told) == 1 and told[0][1] == "1":
        return told[0][0]
    return ", ".join(f"{count} {word}" for word, count in told) or ABSENT


def by_month(pack: Pack) -> list[tuple[Line, list[str], list[list[str]]]]:
    """For each line its thirteen months: (line, columns, rows of a month and every area)."""
    columns = ["Month", *pack.headers]
    return [
        (
            line,
            columns,
            [
                [in_words(at), *(_shown(pack.taken(line, a, at), line) for a in pack.areas)]
                for at in pack.months
            ],
        )
        for line in LINES
    ]


def whole_by_month(pack: Pack) -> tuple[list[str], list[list[str]]]:
    """The thirteen months of every line for South Yorkshire: (columns, rows)."""
    columns = ["Figure", *(f"{p[5:]}/{p[2:4]}" for p in pack.months)]
    return columns, [
        [line.title, *(_shown(pack.taken(line, WHOLE, at), line) for at in pack.months)] for line in LINES
    ]
