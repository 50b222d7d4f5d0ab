"""Large tables, and the short cuts taken in them: quicker, and no cell known better for it."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import disclosure
from reports.disclosure import Protected, Relation, attack, intervals, pose, protect
from reports.engine import attack as attacker
from reports.engine import known_cells, suppression
from reports.engine.movement import build
from reports.engine.narrowing import narrowed
from reports.engine.neighbourhood import alone, around
from reports.engine.noughts import how_far_down, noughts
from reports.engine.questions import bounds

PROFILES = disclosure.profiles(Path(__file__).parents[2] / "seeds" / "disclosure_profiles.csv")
PUBLIC, DFE = PROFILES["public"], PROFILES["dfe"]


def calendar(months):
    """Counts of (areas, 12 months) with the county, the quarters and the year → all counts, and the relations."""
    areas = np.array(months)
    areas = np.vstack([areas, areas.sum(0)])
    quarters = areas.reshape(len(areas), 4, 3).sum(2)
    table = np.hstack([areas, quarters, quarters.sum(1)[:, None]])
    cells = np.arange(table.size).reshape(table.shape).tolist()
    relations = [Relation(tuple(row[i] for row in cells[:-1]), cells[-1][i]) for i in range(17)]
    for row in cells:
        relations += [Relation(tuple(row[3 * q : 3 * q + 3]), row[12 + q]) for q in range(4)]
        relations.append(Relation(tuple(row[12:16]), row[16]))
    return table.ravel().tolist(), relations


def all_bounds(problem, shown, profile):
    """How far each cell can move, each asked of its whole group."""
    low, high = known_cells.told(problem, shown, profile)
    for cells, between in known_cells.groups(problem, high > low):
        moves = attacker._model(problem, shown, low, high, cells, between)
        for n, cell in enumerate(cells):
            low[cell], high[cell] = problem.counts[cell] + np.array(bounds(moves, n))
    return np.stack([low, high], axis=1)


MONTHS = st.lists(st.lists(st.integers(0, 12), min_size=12, max_size=12), min_size=2, max_size=4)


@pytest.mark.parametrize("large", [0, 600], ids=["as a large group", "as a small one"])
@settings(max_examples=15, deadline=None)
@given(months=MONTHS, profile=st.sampled_from([PUBLIC, DFE]))
def test_months_quarters_and_years_by_area_are_never_exposed(large, months, profile):
    counts, relations = calendar(months)
    problem = pose(profile, counts, relations)
    before, suppression.LARGE = suppression.LARGE, large
    try:
        protected = protect(problem, profile)
    finally:
        suppression.LARGE = before
    # Attacked as by somebody who has nothing but what is shown, and by asking for every end by itself.
    alone_shown = replace(protected, proofs=())
    assert attack(problem, alone_shown, profile) == []
    ends = all_bounds(problem, alone_shown, profile)
    noughts_alone = np.where(problem.counts == 0, 0.0, np.nan)
    told_anyhow = all_bounds(problem, replace(alone_shown, shown=noughts_alone), profile)[:, 0]
    for cell in np.flatnonzero(known_cells.small(problem)):
        assert np.isnan(protected.shown[cell])
        assert ends[cell, 0] <= max(told_anyhow[cell], 1) and ends[cell, 1] >= profile.primary_to


@settings(max_examples=20, deadline=None)
@given(months=MONTHS, profile=st.sampled_from([PUBLIC, DFE]), union=st.booleans())
def test_intervals_by_short_cuts_are_those_of_all_relations(months, profile, union):
    counts, relations = calendar(months)
    if union:
        counts.append(max(counts[12:16]))
        relations.append(Relation((12, 13, 14, 15), len(counts) - 1, "union"))
    problem = pose(profile, counts, relations)
    small = known_cells.small(problem)
    shown = Protected(
        np.where(small, np.nan, known_cells.rounded(problem.counts, known_cells.bases(problem, profile))),
        np.full(len(counts), ""),
        np.zeros(len(counts), bool),
    )
    asked_singly = all_bounds(problem, shown, profile)
    assert np.array_equal(intervals(problem, shown, profile), asked_singly)
    some = np.arange(len(counts))[::-3]
    assert np.array_equal(intervals(problem, shown, profile, some), asked_singly[some])


def test_proofs_that_do_not_hold_prove_nothing():
    """4 beside 6 and a total of ten: a table that breaks the sum is none, whoever brings it."""
    problem = pose(DFE, [4, 6, 10], [Relation((0, 1), 2)])
    wrong = (
        (np.array([0]), np.array([-3])),
        (np.array([0]), np.array([1])),
        (np.array([0, 2]), np.array([1, 1])),
    )
    shown = Protected(np.array([np.nan, 6, 10]), np.full(3, ""), np.zeros(3, bool), proofs=wrong)
    (told,) = attack(problem, shown, DFE)
    assert (told.cell, told.low, told.high) == (0, 4, 4)


def test_proofs_are_of_tables_that_look_the_same():
    counts, relations = calendar(np.random.default_rng(3).poisson(5, (4, 12)))
    problem = pose(DFE, counts, relations)
    protected = protect(problem, DFE)
    assert protected.proofs
    seen = ~np.isnan(protected.shown)
    for cells, by in protected.proofs:
        other = problem.counts.copy()
        other[cells] += by
        assert (other[seen] == problem.counts[seen]).all() and (other[~seen] >= 1).all()
        assert all(other[list(r.parts)].sum() == other[r.total] for r in relations)


def cube_model(side):
    """side x side x side small counts with all sums, everything hidden."""
    counts, relations = np.zeros((side + 1,) * 3, int), []
    counts[:side, :side, :side] = np.random.default_rng(5).poisson(2, (side,) * 3)
    cells = np.arange(counts.size).reshape(counts.shape)
    for axis in range(3):
        table, numbers = np.moveaxis(counts, axis, 0), np.moveaxis(cells, axis, 0).reshape(side + 1, -1)
        table[side] = table[:side].sum(0)
        relations += [Relation(tuple(line[:-1]), line[-1]) for line in numbers.T.tolist()]
    return pose(DFE, counts.ravel(), relations)


def test_a_part_of_a_model_forbids_nothing_the_whole_allows():
    problem = cube_model(4)
    low, high = np.maximum(problem.counts - 3, 0), problem.counts + 7
    ends = np.stack([low, high]).astype(float)
    (cells, between), *_ = known_cells.groups(problem, high > low)
    moves = build(problem, cells, between, np.stack([problem.counts] * 2), ends, np.ones(len(cells)))
    quickly = narrowed(moves)
    for cell in range(0, len(cells), 11):
        down, up = bounds(moves, cell)
        near = around(moves, cell, 30)
        assert near[0] == cell and 30 <= len(near) < len(cells)
        part_down, part_up = bounds(alone(moves, near), 0)
        assert part_down <= down <= 0 <= up <= part_up
        assert quickly[0, cell] <= down and up <= quickly[1, cell]


def test_how_far_down_the_noughts_let_a_count_go_ends_with_the_exact_answer():
    problem = cube_model(3)
    least = np.minimum(problem.counts, 1)
    asked = noughts(problem, DFE, least)
    floor, ceiling = asked.floor, asked.ceiling
    (cells, between), *_ = known_cells.groups(problem, ceiling > floor)
    inner = np.stack([problem.counts] * 2)
    moves = build(problem, cells, between, inner, np.stack([floor, ceiling]), np.ones(len(cells)))
    for place, cell in list(enumerate(cells.tolist()))[::3]:
        said = [min(b, 0) for b in how_far_down(asked, cell)]
        exact = bounds(moves, place)[0]
        assert all(b <= max(exact, least[cell] - problem.counts[cell]) for b in said)
        assert max(said) == max(exact, least[cell] - problem.counts[cell])


def test_every_table_of_two_months_is_tried_beside_the_attack():
    """Two areas by two months: what the attack says of bounds is what trying all tables says."""
    for a, b, c, d in product((1, 3, 6), repeat=4):
        counts = [a, b, c, d, a + b, c + d, a + c, b + d]
        relations = [Relation(r[:2], r[2]) for r in ((0, 1, 4), (2, 3, 5), (0, 2, 6), (1, 3, 7))]
        shown = np.array([np.nan] * 4 + counts[4:], float)
        told = intervals(
            pose(DFE, counts, relations), Protected(shown, np.full(8, ""), np.zeros(8, bool)), DFE
        )
        tables = [(w, counts[4] - w, counts[6] - w, counts[5] - counts[6] + w) for w in range(1, counts[4])]
        possible = np.array([t for t in tables if min(t) >= 1])
        assert told[:4].tolist() == np.stack([possible.min(0), possible.max(0)], axis=1).tolist()
