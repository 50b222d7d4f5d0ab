"""Explaining one figure: what it means, how it is counted, what it rests on, and what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refusal import Refusal
from reports import words
from reports.comparison import asked, barriers
from reports.comparison.gathered import Question
from reports.explanation import members, statement, submissions
from reports.explanation.keys import key_of
from reports.explanation.statement import Counted
from reports.explanation.told import Explanation, Since
from reports.periods import KINDS, span
from reports.reading import Figure, Release

CATALOGUE = """
    select *, numerator as counted, denominator as counted_of from reference.indicators
    where indicator_code = $code and unit = $unit"""
MEANING = {
    "Definition": "definition",
    "Why it is counted": "rationale",
    "Numerator": "numerator_words",
    "Denominator": "denominator_words",
    "Method": "method",
    "Caveats": "caveats",
    "Counted as": "counted",
    "Counted against": "counted_of",
    "Source of the definition": "source",
}


def rows_of(release: Release, code: str, unit: str | None, warehouse) -> tuple[str, tuple[str, ...]]:
    """(table of core, columns) that name the rows an indicator counts: what its reader must be allowed to see."""
    relation = asked.indicator(release, code, unit)["relation"]
    return relation, key_of(warehouse, relation)


def explain(
    release: Release,
    indicator: str,
    *,
    unit: str | None = None,
    area: str,
    period: str,
    breakdown: str | None = None,
    against: Release | None = None,
    warehouse=None,
    may_see_rows: bool = False,
) -> Explanation:
    """What stands behind one figure of a release.

    `breakdown`: `age=10-15`. `against`: an earlier release to tell what changed since. `warehouse`: an open
    connection, from which the rows of the numerator are told to those who may see rows (`may_see_rows`).
    """
    question = _question(release, indicator, unit, area, period, breakdown)
    figure = _figure(question)
    if figure is None:
        raise question.nothing()
    listed = _listed(question.listed, warehouse)
    counted = Counted(listed, figure.area_code, figure.period, figure.breakdown, figure.breakdown_value)
    is_told = statement.can_be_told(listed)
    found = members.members(warehouse, counted) if warehouse and may_see_rows and is_told else None
    behind = submissions.submissions(release, listed, figure)
    return Explanation(
        figure=figure,
        meaning=tuple((label, str(listed[name])) for label, name in MEANING.items() if listed.get(name)),
        returns=submissions.returns_of(listed),
        sql=statement.counting(counted) if is_told else "",
        release=_standing(release),
        coverage=submissions.coverage(release, listed, figure),
        submissions=tuple(s for s in behind if s.covers),
        breaks=tuple(f"Breaks {b.when}: {b.note}" for b in _breaks(question, figure)),
        says=tuple(_says(release, figure, found, is_told, warehouse, may_see_rows)),
        members=found,
        since=_since(question, figure, against) if against else None,
    )


def _question(release: Release, indicator, unit, area, period, breakdown) -> Question:
    """The one figure asked, in the codes of the release."""
    listed = asked.indicator(release, indicator, unit)
    part, value = asked.breakdown(listed, breakdown)
    if value is None:
        raise Refusal(f"One figure is explained at a time. Say which {part}: --breakdown '{part}=…'")
    places = asked.places(release, area)
    if len(places) != 1 or not places[0].is_ours:
        raise Refusal(
            f"One figure of ours is explained at a time: {area} is not one of our areas. "
            f"They are: {', '.join(place.name for place in asked.own(release).values())}."
        )
    when = span(period)
    by = {kind: word for word, kind in KINDS.items()}[when.kind]
    return Question(release, listed, part, value, places, by, when.first, when.last)


def _figure(question: Question) -> Figure | None:
    found = [f for f in question.figures([question.places[0].code]) if question.shows(f)]
    return found[0] if found else None


def _listed(listed: dict, warehouse) -> Mapping:
    """The catalogue's line; from the warehouse where the release is of an older version and tells too little."""
    if statement.can_be_told(listed) or warehouse is None:
        return listed
    found = warehouse.execute(CATALOGUE, {"code": listed["indicator_code"], "unit": listed["unit"]})
    names, row = [column[0] for column in found.description], found.fetchone()
    return dict(zip(names, row, strict=True)) | listed if row else listed


def _standing(release: Release) -> dict[str, str]:
    """The release: its name, how it is protected, and as at when it stands."""
    manifest = release.manifest
    profile = manifest.get("profile", {}).get("name", "")
    return {
        "name": release.name,
        "protection": manifest.get("protection", "") or f"profile {profile}",
        "vintage": manifest["vintage"] or "",
        "as_at": manifest.get("as_at") or "",
        "year": manifest["year"],
        "code_version": manifest["code_version"],
    }


def _breaks(question: Question, figure: Figure) -> list[barriers.Broken]:
    return [
        b for b in barriers.breaks(question) if b.lies(figure.area_code, figure.start_date, figure.end_date)
    ]


def _says(release: Release, figure: Figure, found, is_told, warehouse, may_see_rows) -> Iterator[str]:
    yield from _marks(release, figure)
    if figure.status != "received":
        missing = (
            f" Not received, which does not mean 0: {figure.not_received}." if figure.not_received else ""
        )
        yield f"Status: {figure.status}.{missing}"
    if not is_told:
        yield "The release is of an older version and does not hold what the statement is made of. Release anew."
    if warehouse is None:
        yield "The rows of the numerator are not told: a release holds none, and no warehouse is open."
    elif not may_see_rows:
        yield "The rows of the numerator are not told: this role may not see rows."
    elif found is not None and _differs(found.total, figure):
        yield (
            f"The rows of the warehouse as it now is come to {found.total:g}, the release says {figure.numerator}: "
            "it was cut before the last night, or is protected."
        )


def _differs(total: float | None, figure: Figure) -> bool:
    try:
        return total is not None and abs(total - float(figure.numerator)) > 1e-4
    except ValueError:  # a mark stands in its place
        return False


def _marks(release: Release, figure: Figure) -> Iterator[str]:
    """What each mark of the figure means, in the words of its release; and that the rest may be rounded."""
    for name in ("value", "numerator", "denominator", "lower"):
        mark = getattr(figure, name)
        if mark in words.BRACKETS:
            meaning = release.manifest.get("marks", {}).get(mark) or words.SAID[words.BRACKETS[mark]]
            yield f"{'95 % interval' if name == 'lower' else name.capitalize()} [{mark}]: {meaning}."
    if base := release.manifest.get("profile", {}).get("round_base"):
        yield f"Counts in this release are rounded to {base}: the rows behind it may be a few more or fewer."


def _since(question: Question, figure: Figure, against: Release) -> Since:
    release, listed = question.release, question.listed
    if against.moment > release.moment:
        raise Refusal(f"{against.name} is later than {release.name}. Give the earlier one to compare with.")
    then = _figure(Question(**vars(question) | {"release": against}))
    came, gone = submissions.since(
        submissions.submissions(release, listed, figure), submissions.submissions(against, listed, figure)
    )
    told = tuple(_changed(question, figure, against, then, came, gone))
    return Since(against.name, against.manifest["vintage"] or "", then, came, gone, told)


def _changed(
    question: Question, now: Figure, against: Release, then: Figure | None, came, gone
) -> Iterator[str]:
    release = question.release
    if then is None:
        yield f"{against.name} holds no such figure."
    elif (then.value, then.numerator, then.denominator) == (now.value, now.numerator, now.denominator):
        yield "The figure is the same in both releases."
    else:
        yield f"It was {_number(then)} and is now {_number(now)}."
    if came or gone:
        yield f"Of its returns {len(came)} submissions came since and {len(gone)} count no more."
    else:
        yield "No submission of its returns came since."
    if release.manifest["code_version"] != against.manifest["code_version"]:
        yield "The code and the decisions it counts by changed between the two releases."
    if _standing(release)["protection"] != _standing(against)["protection"]:
        yield "The two releases are protected differently: figures may differ for that alone."


def _number(figure: Figure) -> str:
    told = words.shown(figure.value, figure.unit)
    return (
        told
        if figure.denominator in words.BRACKETS
        else f"{told} ({figure.numerator} of {figure.denominator})"
    )
