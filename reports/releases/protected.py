"""A protected release as tables: numbers where they may be shown, marks where not, and nothing that tells more."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow

from reports.disclosure import Profile, Protected
from reports.releases.publication import Publication
from reports.releases.rows import MARKS, NOT_APPLICABLE, NOT_RECEIVED, TOO_FEW, is_count, is_of, number
from reports.releases.rows import rows as as_rows

ROUNDED = "Rounded: the parts do not add up to it."


def marks(profile: Profile) -> dict[str, str]:
    """What each mark of a table means."""
    return {profile.mark: "hidden, so that nobody can be found"} | MARKS


def table(found: Publication, protected: Protected, profile: Profile, rows: np.ndarray) -> list[dict]:
    """The rows (their numbers in the frozen figures) as they are published: text, a mark where none may be shown."""
    figures = found.figures.take(pyarrow.array(rows)).to_pylist()
    shown = np.asarray(protected.shown, float)
    cells = list(zip(found.numerators[rows].tolist(), found.denominators[rows].tolist(), strict=True))
    # A rate is of enough where it would be at the least its counts can be.
    slack = protected.base - 1 if protected.base else None
    large = _large(figures, cells, shown, profile, slack)
    apart = _apart(found, shown)
    texts, notes = [], []
    for figure, (numerator, denominator) in zip(figures, cells, strict=True):
        counts = _counts(figure, numerator, denominator, shown, profile)
        texts.append((*counts, _value(figure, counts, profile, large, slack)))
        notes.append(ROUNDED if numerator in apart or denominator in apart else "")
    return as_rows(figures, texts, notes)


def _counts(figure: dict, numerator: int, denominator: int, shown: np.ndarray, profile: Profile) -> tuple:
    """The texts of a figure's two counts."""
    # Nothing in a part of what was asked for is not yet nothing.
    if figure["status"] == "not received" or (figure["status"], figure["numerator"]) == (
        "part received",
        None,
    ):
        return NOT_RECEIVED, NOT_RECEIVED
    if figure["status"] == "suppressed by sender":
        return profile.mark, profile.mark if figure["counted_of"] else NOT_APPLICABLE
    above = _count(figure["numerator"], numerator, shown, profile, figure["is_exempt"] or is_count(figure))
    # A population is public; the denominator of a ratio of rates is a rate.
    below = figure["is_exempt"] or denominator >= 0 or bool(figure["population_ages"] or figure["share_of"])
    return above, _count(figure["denominator"], denominator, shown, profile, below)


def _count(true: float | None, cell: int, shown: np.ndarray, profile: Profile, is_exact: bool) -> str:
    if cell >= 0:
        return profile.mark if np.isnan(shown[cell]) else number(shown[cell])
    return number(true) if is_exact and true is not None else NOT_APPLICABLE


def _value(figure: dict, counts: tuple[str, str], profile: Profile, large: dict, slack: int | None) -> str:
    """The figure itself: the count, or a rate of the counts as they are shown, or a median of enough."""
    above, below = counts
    if above in (NOT_RECEIVED, profile.mark) or below == profile.mark:
        return above if above == NOT_RECEIVED else profile.mark
    if figure["is_exempt"]:
        return NOT_APPLICABLE if figure["value"] is None else number(round(figure["value"], 4))
    if not is_count(figure):
        if not figure["counted"].startswith("median("):
            return profile.mark  # a ratio of rates whose counts do not stand in the release
        if figure["value"] is None:
            return NOT_APPLICABLE
        return number(round(figure["value"], 1)) if large.get(_beside(figure)) else TOO_FEW
    if not is_of(figure):
        return above if above == NOT_APPLICABLE else number(float(above) * figure["scale"])
    if NOT_APPLICABLE in counts or float(below) == 0:
        return NOT_APPLICABLE
    if not _enough(figure, above, below, profile, slack):
        return TOO_FEW
    return number(round(figure["scale"] * float(above) / float(below), 1))


def _enough(figure: dict, above: str, below: str, profile: Profile, slack: int | None) -> bool:
    """Whether a rate is of enough, judged by what is shown: to judge by the true counts would tell of them."""
    base = profile.upper_base if figure["area_code"] == "SY" else profile.round_base
    slack = (base or 1) // 2 if slack is None else slack
    public = bool(figure["population_ages"] or figure["share_of"] == "residents")
    least = float(below) - (0 if public else slack)
    return float(above) - slack >= profile.rate_numerator_least and least >= profile.rate_denominator_least


def _beside(figure: dict) -> tuple:
    names = ("indicator_code", "area_code", "period", "breakdown", "breakdown_value")
    return tuple(figure[c] for c in names)


def _large(
    figures: list[dict], cells: list, shown: np.ndarray, profile: Profile, slack: int | None
) -> dict[tuple, bool]:
    """Whether the counts an indicator tells beside a median are all shown and large enough for a rate."""
    found: dict[tuple, bool] = {}
    for figure, (numerator, denominator) in zip(figures, cells, strict=True):
        if numerator < 0:
            continue
        above, below = _counts(figure, numerator, denominator, shown, profile)
        is_enough = profile.mark not in (above, below) and (
            below == NOT_APPLICABLE or _enough(figure, above, below, profile, slack)
        )
        found[_beside(figure)] = found.get(_beside(figure), True) and is_enough
    return found


def _apart(found: Publication, shown: np.ndarray) -> set[int]:
    """The totals all of whose parts are shown and do not add up to them as shown: rounding does that (rule X16)."""
    apart = set()
    told = found.problem.published
    for relation in found.problem.relations:
        members = [*relation.parts, relation.total]
        if relation.kind != "sum" or not all(told[cell] for cell in members):
            continue
        parts, total = shown[list(relation.parts)].sum(), shown[relation.total]
        if not np.isnan(parts) and not np.isnan(total) and parts != total:
            apart.add(relation.total)
    return apart


def counts_by_cell(found: Publication, rows: np.ndarray) -> dict[int, list[int]]:
    """The rows each cell stands in."""
    by_cell = defaultdict(list)
    for row in rows.tolist():
        for cell in (found.numerators[row], found.denominators[row]):
            if cell >= 0:
                by_cell[int(cell)].append(row)
    return by_cell
