"""Comparing areas fairly: figures of a release side by side, and beside them what others published."""

from __future__ import annotations

from collections.abc import Sequence

from reports.comparison import barriers, judging, notices
from reports.comparison.asked import Place
from reports.comparison.gathered import Question, codes_of, question
from reports.comparison.judging import Benchmark
from reports.comparison.told import OURS, PUBLISHED, Comparison, Row
from reports.reading import Figure, Release, at_once
from uncollected import uncollected

SOURCE = "Returns received"
NO_INTERVAL = "not compared: no interval"


@uncollected()
def compare(
    release: Release,
    indicator: str,
    *,
    unit: str | None = None,
    areas: str | Sequence[str],
    since: str,
    until: str | None = None,
    by: str = "year",
    breakdown: str | None = None,
    across_breaks: bool = False,
    without_coverage: bool = False,
) -> Comparison:
    """Figures of one indicator for areas and periods, each with what may be said of it.

    `areas`: districts, `neighbours` (the statistical ones of the area before them), `region`, `england`, `SY` or
    `all`. `by`: year, quarter, month, calendar or academic. `breakdown`: `age`, or `age=10-15` for a value of it.
    Refusal (exit 3) across a break in the series or with returns not received, unless told to go on.
    """
    wanted = question(release, indicator, unit, areas, since, until, by, breakdown)
    read = wanted.figures(codes_of(wanted.places))
    published = [row for row in wanted.published() if row["end_date"] is not None]
    told = [row for row in published if wanted.fits(row)]
    against = judging.benchmark(wanted, read, told)
    shown = _shown(wanted, read)
    if not shown and not told:
        raise wanted.nothing()
    behind = [*shown, *_behind(wanted, read, against)]
    found, lacking = barriers.breaks(wanted), barriers.missing(behind)
    crossed = barriers.crossed(found, behind)
    barriers.refuse(wanted, [] if across_breaks else crossed, [] if without_coverage else lacking)
    rows = _rows(wanted, shown, _judged(wanted, shown, read, against, found, across_breaks), told)
    said = notices.notices(wanted, rows, against, crossed, lacking, published)
    told_of = {"since": since, "until": until or max(rows, key=lambda row: row.end_date).period}
    told_of |= {"across_breaks": across_breaks, "without_coverage": without_coverage}
    told_of["benchmark"] = against.says if against and wanted.is_share else "none"
    told_of["breaks"] = tuple({"date": b.day, "note": b.note, "areas": sorted(b.areas)} for b in crossed)
    return _comparison(wanted, notices=tuple(said), rows=tuple(rows), **told_of)


def _shown(wanted: Question, read: Sequence[Figure]) -> list[Figure]:
    """The figures asked for, area by area as asked and in the order of the release inside each."""
    by_area: dict[str, list[Figure]] = {place.code: [] for place in wanted.places if place.is_ours}
    for figure in read:
        if figure.area_code in by_area and wanted.shows(figure):
            by_area[figure.area_code].append(figure)
    return [figure for figures in by_area.values() for figure in figures]


def _behind(wanted: Question, read: Sequence[Figure], against: Benchmark | None) -> list[Figure]:
    """The benchmark's own figures, where any figure is held against them."""
    if against is None or against.whose != OURS or not wanted.is_share:
        return []
    return [f for f in read if f.area_code == against.place.code and wanted.shows(f)]


def _judged(wanted, shown, read, against, found, across) -> list[tuple[str, str, str, str]]:
    """(benchmark, compared, year_before, change) of each figure shown."""
    marks = judging.marks(wanted, shown, against)
    compared = judging.compared(wanted, shown, against, marks)
    changed = judging.changes(shown, read, found, across)
    return [(mark, word, *change) for mark, word, change in zip(marks, compared, changed, strict=True)]


def _rows(
    wanted: Question, shown: Sequence[Figure], said: Sequence[tuple], told: Sequence[dict]
) -> list[Row]:
    """Rows area by area as asked: ours, then what was published of the same area."""
    places = {place.code: place for place in wanted.places}
    found: dict[str, list[Row]] = {code: [] for code in places}
    for figure, words in zip(shown, said, strict=True):
        found[figure.area_code].append(_ours(places[figure.area_code], figure, words))
    for row in told:
        found[row["area_code"]].append(_published(places[row["area_code"]], row))
    return [row for rows in found.values() for row in rows]


def _ours(place: Place, f: Figure, said: tuple[str, str, str, str]) -> Row:
    benchmark, compared, year_before, change = said
    told = {
        "area_code": f.area_code,
        "area": f.area,
        "stands_for": place.stands_for,
        "whose": OURS,
        "series": f.indicator,
        "period": f.period,
        "start_date": f.start_date,
        "end_date": f.end_date,
        "breakdown": f.breakdown,
        "breakdown_value": f.breakdown_value,
        "breakdown_label": f.breakdown_label,
        "unit": f.unit,
        "value": f.value,
        "numerator": f.numerator,
        "denominator": f.denominator,
        "lower": f.lower,
        "upper": f.upper,
        "status": f.status,
        "not_received": f.not_received,
        "provisional": f.provisional,
        "note": f.note,
        "differs": "",
        "vintage": "",
        "source": SOURCE,
        "benchmark": benchmark,
        "compared": compared,
        "year_before": year_before,
        "change": change,
    }
    return at_once(Row, told)


def _published(place: Place, row: dict) -> Row:
    """A figure others published: no interval stands beside it, so no more is said of it than that it is there."""
    return Row(
        area_code=place.code,
        area=place.name,
        stands_for=place.stands_for,
        whose=PUBLISHED,
        series=row["title"],
        period=row["period"],
        start_date=None,
        end_date=row["end_date"],
        breakdown="all",
        breakdown_value="all",
        breakdown_label="All",
        unit=row["unit"],
        value=row["value"],
        numerator="",
        denominator="",
        lower="",
        upper="",
        benchmark="",
        compared=judging.NOT_COMPARED,
        year_before="",
        change=NO_INTERVAL,
        status=PUBLISHED,
        not_received="",
        provisional="",
        note=row["symbol_meaning"],
        differs=row["differs"],
        vintage=row["vintage"],
        source=row["source"],
    )


def _comparison(wanted: Question, **told: object) -> Comparison:
    listed, manifest, value = wanted.listed, wanted.release.manifest, wanted.breakdown_value
    return Comparison(
        indicator_code=listed["indicator_code"],
        indicator=listed["indicator"],
        unit=listed["unit"],
        basis=listed["basis"],
        polarity=listed["polarity"],
        scale=float(listed["scale"] or 1),
        is_share=wanted.is_share,
        definition=listed["definition"] or "",
        denominator=listed.get("denominator_words") or "",
        by=wanted.by,
        breakdown=wanted.breakdown if value in (None, "all") else f"{wanted.breakdown}={value}",
        release=wanted.release.name,
        protection=manifest.get("protection", ""),
        vintage=manifest["vintage"] or "",
        as_at=manifest.get("as_at") or "",
        **told,
    )
