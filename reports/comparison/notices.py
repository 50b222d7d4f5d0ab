"""What must be read with a comparison, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports import words
from reports.comparison import barriers
from reports.comparison.asked import Place
from reports.comparison.barriers import Broken
from reports.comparison.gathered import Question
from reports.comparison.judging import Benchmark
from reports.comparison.told import OURS, PUBLISHED, Row

KINDS = {
    "financial_year": "financial years",
    "calendar_year": "calendar years",
    "academic_year": "academic years",
    "quarter": "quarters",
    "month": "months",
    "snapshot": "single days",
    "as stated": "periods of its own",
}


def notices(
    question: Question,
    rows: Sequence[Row],
    against: Benchmark | None,
    crossed: Sequence[Broken],
    lacking: Sequence[str],
    published: Sequence[dict],
) -> list[str]:
    """Every sentence a reader of these rows must have, in an order that never changes."""
    return [
        *_told_to_go_on(question, crossed, lacking),
        *_reach(question, rows),
        *_of_benchmark(question, rows, against),
        *_of_published(question, rows, published),
        *_of_neighbours(question.places),
        *_marks(question, rows),
    ]


def _told_to_go_on(question: Question, crossed, lacking) -> Iterator[str]:
    for said in barriers.told(question, crossed, []):
        yield f"Compared across a break in the series, as asked. {said}"
    for said in barriers.told(question, [], lacking):
        yield f"Compared with coverage missing, as asked. {said} What was received in part is not compared."
    uncertain = [b for b in barriers.breaks(question) if b.day is None and b not in crossed]
    for said in barriers.told(question, uncertain, []):
        yield f"{said} Nothing is said of a change on the year before."


def _reach(question: Question, rows: Sequence[Row]) -> Iterator[str]:
    ours = [row for row in rows if row.whose == OURS]
    if not ours:
        yield f"No figure of ours: the release {question.release.name} holds none for these areas and periods."
        return
    first = min(ours, key=lambda row: row.start_date)
    # A month is the longest a first period may begin after the day asked for, if it is cut by nothing.
    if (first.start_date - question.first).days >= _length(first):
        yield f"Our figures begin with {first.period} in this release."
    if provisional := sum(row.provisional == "provisional" for row in ours):
        yield f"{provisional:,} of our {len(ours):,} figures are provisional: more returns may still come."


def _length(row: Row) -> int:
    return (row.end_date - row.start_date).days + 1


def _of_benchmark(question: Question, rows: Sequence[Row], against: Benchmark | None) -> Iterator[str]:
    if not any(row.whose == OURS for row in rows):
        return
    if not question.is_share:
        yield (
            f"A count ({question.listed['unit']}) of one area is not held against that of another: they differ in size. "
            "Ask a share or a rate for that."
        )
    elif against is None:
        yield "Nothing is there to hold these figures against: ask a second area."
    else:
        yield f"Held against {against.says}: similar where its figure lies within the 95 % interval."


def _of_published(question: Question, rows: Sequence[Row], published: Sequence[dict]) -> Iterator[str]:
    """What the published figures are; for whom there are none that fits, and whether others would."""
    told = [row for row in rows if row.whose == PUBLISHED]
    for said in dict.fromkeys(f"{row.series} ({row.unit}), {row.vintage}" for row in told):
        yield f"Published: {said}. It has no interval, so nothing is said of it but that it stands there."
    for differs in dict.fromkeys(row.differs for row in told if row.differs):
        yield f"What was published is counted otherwise, and not held against ours: {differs}"
    of = f"{question.what} by {question.breakdown}" if question.breakdown != "all" else question.what
    have = {row.area_code for row in rows}
    without = [p for p in question.places if p.code not in have and p.stands_for != "unknown"]
    if ours := [p.name for p in without if p.is_ours]:
        yield f"We hold no figure of {of} for: {', '.join(ours)}."
    if others := [p.name for p in without if not p.is_ours]:
        yield f"We hold no published figure of {of} for: {', '.join(others)}."
    if published and not told:
        kinds = dict.fromkeys(KINDS.get(row["period_kind"], row["period_kind"]) for row in published)
        periods = sorted({row["period"] for row in published})
        yield f"Others published it for {', '.join(kinds)} ({periods[0]} to {periods[-1]}), not for what was asked."


def _of_neighbours(places: Sequence[Place]) -> Iterator[str]:
    near = [p for p in places if p.model_year]
    if near:
        yield (
            f"Statistical neighbours of the Department for Education's model of {near[0].model_year}, the closest "
            f"first: {', '.join(p.name for p in near)}. Districts of South Yorkshire among them stand with our figures, "
            "of the others only what was published."
        )


def _marks(question: Question, rows: Sequence[Row]) -> Iterator[str]:
    """What each mark stands for, in the words of the release where it has some."""
    stand = {text for row in rows for text in (row.value, row.numerator, row.denominator)}
    meant = question.release.manifest.get("marks", {})
    for mark, bracket in words.BRACKETS.items():
        if mark in stand:
            yield f"{bracket}: {meant.get(mark) or words.SAID[bracket]}."
