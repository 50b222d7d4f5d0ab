"""Small counts cannot be worked out from what is shown: the rules, one by one."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from refusal import Refusal
from reports import disclosure
from reports.disclosure import Protected, Relation, attack, differences, intervals, pose, protect

SEED = Path(__file__).parents[2] / "seeds" / "disclosure_profiles.csv"
PROFILES = disclosure.profiles(SEED)
PUBLIC, DFE, NHS, PARTNER = (PROFILES[n] for n in ("public", "dfe", "nhs", "partner"))
GAP = np.nan


def by_hand(shown, method="suppression"):
    """What somebody else would publish: None where a count is hidden."""
    shown = np.array([GAP if s is None else s for s in shown], float)
    nothing = np.zeros(len(shown), bool)
    return Protected(shown, np.full(len(shown), ""), nothing, method)


def grid(counts):
    """A table with its row and column totals as one list of cells, and the relations between them."""
    inner = np.array(counts)
    table = np.vstack([inner, inner.sum(0)])
    table = np.hstack([table, table.sum(1)[:, None]])
    cells = np.arange(table.size).reshape(table.shape)
    lines = [*cells, *cells.T]
    return table.ravel().tolist(), [Relation(tuple(map(int, r[:-1])), int(r[-1])) for r in lines]


def test_profiles_are_data_with_a_source():
    assert set(PROFILES) == {"public", "dfe", "nhs", "partner"}
    assert all(p.source for p in PROFILES.values())
    assert (PUBLIC.primary_to, PUBLIC.round_base, PUBLIC.rate_numerator_least) == (5, 5, 6)
    assert (PUBLIC.rate_denominator_least, PUBLIC.zeros, PUBLIC.threshold_high) == (
        20,
        "hidden in ethnicity",
        10,
    )
    assert (DFE.primary_to, DFE.mark, DFE.round_base, DFE.upper_base) == (5, "c", 0, 10)
    assert (NHS.primary_to, NHS.mark, NHS.round_base) == (7, "*", 5)


def test_golden_15_four_beside_a_total_of_ten_and_another_of_six():
    problem = pose(DFE, [4, 6, 10], [Relation((0, 1), 2)])
    protected = protect(problem, DFE)
    assert np.isnan(protected.shown).sum() == 2
    assert protected.reason[0] == "primary" and "secondary" in protected.reason.tolist()
    assert attack(problem, protected, DFE) == []
    (told,) = attack(problem, by_hand([None, 6, 10]), DFE)
    assert (told.cell, told.low, told.high, told.must_cover) == (0, 4, 4, (1, 5))


def test_noughts_are_shown_and_large_counts_are_exact_by_the_dfe_rules():
    protected = protect(pose(DFE, [0, 12, 30, 42], [Relation((0, 1, 2), 3)]), DFE)
    assert protected.shown.tolist() == [0, 12, 30, 42]
    assert protected.reason.tolist() == [""] * 4 and not protected.rounded.any()


def test_upper_levels_are_rounded_to_ten_by_the_dfe_rules():
    counts, total = [4, 12, 30, 48], 94
    problem = pose(DFE, [*counts, total], [Relation((0, 1, 2, 3), 4)], upper=[4])
    protected = protect(problem, DFE)
    # 85 to 94 round to 90 or less: the total rounded leaves 0 to 4 less than the whole range.
    assert protected.shown[4] == 90 or np.isnan(protected.shown[4])
    assert np.isnan(protected.shown[0]) and attack(problem, protected, DFE) == []
    assert attack(problem, by_hand([None, 12, 30, 48, 90]), DFE) != []


def test_the_nhs_rules_hide_up_to_seven_and_round_the_rest():
    counts, relations = grid([[7, 33, 40], [52, 61, 8], [13, 29, 90]])
    problem = pose(NHS, counts, relations)
    protected = protect(problem, NHS)
    seen = ~np.isnan(protected.shown)
    assert not seen[0] and (protected.shown[seen] % 5 == 0).all()
    assert attack(problem, protected, NHS) == []
    assert {e.must_cover for e in attack(problem, by_hand([None, *counts[1:]], "rounding"), NHS)} <= {(1, 7)}


def test_the_project_rounds_all_it_shows_to_five():
    protected = protect(pose(PUBLIC, [0, 6, 8, 12, 26], [Relation((0, 1, 2, 3), 4)]), PUBLIC)
    assert protected.shown.tolist() == [0, 5, 10, 10, 25]
    assert protected.rounded.tolist() == [False, True, True, True, True]


def test_the_partner_profile_shows_everything():
    assert protect(pose(PARTNER, [1, 2, 3], [Relation((0, 1), 2)]), PARTNER).shown.tolist() == [1, 2, 3]


def test_noughts_of_ethnicity_are_hidden_and_cannot_be_worked_out():
    problem = pose(PUBLIC, [0, 40, 31, 55, 126], [Relation((0, 1, 2, 3), 4)], hidden=[0])
    protected = protect(problem, PUBLIC)
    assert protected.reason[0] == "hidden" and np.isnan(protected.shown[0])
    low, high = intervals(problem, protected, PUBLIC)[0]
    assert low == 0 and high >= 5


def test_a_hidden_large_count_does_not_come_back_by_its_total():
    problem = pose(DFE, [50, 60, 70, 180], [Relation((0, 1, 2), 3)], hidden=[0])
    protected = protect(problem, DFE)
    assert protected.reason[0] == "hidden"
    low, high = intervals(problem, protected, DFE)[0]
    assert low <= 48 and high >= 52


def test_primary_suppression_alone_leaks():
    counts, relations = grid([[3, 40, 25], [18, 61, 9], [13, 2, 90]])
    problem = pose(DFE, counts, relations)
    told = attack(problem, by_hand([None if 1 <= c <= 5 else c for c in counts]), DFE)
    assert {(e.cell, e.low, e.high) for e in told} == {(0, 3, 3), (9, 2, 2)}
    assert attack(problem, protect(problem, DFE), DFE) == []


def test_ordinary_rounding_to_five_leaks():
    """3 + 3 + 3 + 3 = 12: four fives beside a ten can only be four threes."""
    problem = pose(PUBLIC, [3, 3, 3, 3, 12], [Relation((0, 1, 2, 3), 4)])
    told = attack(problem, by_hand([5, 5, 5, 5, 10], "rounding"), PUBLIC)
    assert [(e.cell, e.low, e.high) for e in told] == [(c, 3, 3) for c in range(4)]


def test_months_quarters_and_the_year():
    months = [2, 9, 14, 8, 11, 6, 7, 13, 10, 16, 9, 12]
    quarters = [sum(months[q : q + 3]) for q in range(0, 12, 3)]
    relations = [Relation((q * 3, q * 3 + 1, q * 3 + 2), 12 + q) for q in range(4)]
    problem = pose(DFE, [*months, *quarters, sum(quarters)], [*relations, Relation((12, 13, 14, 15), 16)])
    protected = protect(problem, DFE)
    assert attack(problem, protected, DFE) == []
    # One month of the same quarter is enough: no quarter and no year is lost.
    assert np.flatnonzero(np.isnan(protected.shown)).tolist() in ([0, 1], [0, 2])


def test_two_tables_that_share_their_totals_are_protected_together():
    """By age and by sex in two areas: a table safe by itself is undone by the other."""
    ages, sexes = [[3, 17], [30, 22]], [[9, 11], [25, 27]]
    counts, relations = [], []
    for area in range(2):
        first = area * 5
        counts += [*ages[area], *sexes[area], sum(ages[area])]
        relations += [Relation((first, first + 1), first + 4), Relation((first + 2, first + 3), first + 4)]
    relations += [Relation((k, k + 5), 10 + k) for k in range(5)]
    relations += [Relation((10, 11), 14), Relation((12, 13), 14)]
    counts += [counts[k] + counts[k + 5] for k in range(5)]
    problem = pose(DFE, counts, relations)
    alone = [None if k in (0, 4) else c for k, c in enumerate(counts)]
    assert {e.cell for e in attack(problem, by_hand(alone), DFE)} == {0}
    assert attack(problem, protect(problem, DFE), DFE) == []


def test_children_counted_once_are_at_most_the_sum_and_at_least_the_largest():
    """Referrals by four agencies of the same children: no sum, and still the parts bound the whole."""
    for kind in ("union", "at most"):
        problem = pose(DFE, [30, 3, 33], [Relation((0, 1), 2, kind)])
        (told,) = attack(problem, by_hand([30, None, 33]), DFE)
        assert (told.low, told.high) == (3, 33)  # at least what is missing to 33
        protected = protect(problem, DFE)
        assert attack(problem, protected, DFE) == []


def test_a_union_of_small_parts_is_not_told_by_its_parts():
    problem = pose(DFE, [6, 6, 6], [Relation((0, 1), 2, "union")])
    assert protect(problem, DFE).shown.tolist() == [6, 6, 6]


def test_what_is_left_of_a_rate_is_protected_too():
    """97 of 100 tells that 3 were not."""
    relations = [Relation((0, 1), 2)]
    exact = pose(DFE, [97, 3, 100], relations, unpublished=[1])
    (told,) = attack(exact, by_hand([97, None, 100]), DFE)
    assert (told.cell, told.low, told.high) == (1, 3, 3)
    protected = protect(exact, DFE)
    assert protected.reason.tolist() in (["secondary", "", ""], ["", "", "secondary"])
    rounded = pose(PUBLIC, [97, 3, 100], relations, unpublished=[1])
    assert protect(rounded, PUBLIC).shown.tolist()[::2] == [95, 100]


def test_what_an_earlier_release_told_counts():
    relations = [Relation((0, 1, 2), 3)]
    counts = [4, 6, 9, 19]
    fresh = protect(pose(DFE, counts, relations), DFE)
    gone = int(np.flatnonzero(fresh.reason == "secondary")[0])
    # The earlier release showed just what would be hidden now: hiding it again hides nothing.
    problem = pose(DFE, counts, relations, known={gone: (counts[gone], counts[gone])})
    assert [e.cell for e in attack(problem, fresh, DFE)] == [0]
    protected = protect(problem, DFE)
    assert attack(problem, protected, DFE) == []


def test_nothing_helps_where_earlier_releases_told_all():
    problem = pose(DFE, [4, 6, 10], [Relation((0, 1), 2)], known={1: (6, 6), 2: (10, 10)})
    with pytest.raises(Refusal, match="earlier releases") as refused:
        protect(problem, DFE)
    assert refused.value.code == 3


def test_an_earlier_interval_of_another_vintage_is_no_bound():
    problem = pose(DFE, [4, 6, 10], [Relation((0, 1), 2)], known={1: (8, 8)})
    assert attack(problem, protect(problem, DFE), DFE) == []


@pytest.mark.faults(84)
def test_two_vintages_must_not_tell_that_a_few_came_or_went():
    old = np.array([[12, 12], [8, 12], [20, 20], [1, np.inf], [12, 12]], float)
    new = np.array([[15, 15], [13, 17], [16, 16], [7, 7], [12, 12]], float)
    told = differences(old, new, np.array([3, 3, -4, 3, 0]))
    assert [(e.cell, e.low, e.high, e.must_cover) for e in told] == [(0, 3, 3, (1, 5)), (2, -4, -4, (-5, -1))]
    with pytest.raises(Refusal, match="outside"):
        differences(old, new, np.array([9, 3, -4, 3, 0]))


def test_intervals_are_what_all_tables_together_tell():
    problem = pose(DFE, [4, 6, 10], [Relation((0, 1), 2)])
    assert intervals(problem, by_hand([None, None, 10]), DFE).tolist() == [[1, 9], [1, 9], [10, 10]]
    rounded = pose(PUBLIC, [4, 22, 26], [Relation((0, 1), 2)])
    assert intervals(rounded, by_hand([None, 20, 25]), PUBLIC)[0].tolist() == [1, 9]


def test_bounds_are_of_whole_numbers():
    """Twice a count beside a total of five or less: 1 to 5 by halves, 2 and 4 by people."""
    relations = [Relation((0, 1), 2), Relation((3, 1), 4), Relation((0, 3), 5), Relation((5, 6), 7)]
    counts = [2, 8, 10, 2, 10, 4, 1, 5]
    problem = pose(DFE, counts, relations)
    shown = by_hand([None, None, 10, None, 10, None, None, None])
    problem = pose(DFE, counts, relations, known={7: (0, 5), 6: (0, 9)}, unpublished=[6])
    told = {e.cell: (e.low, e.high) for e in attack(problem, shown, DFE)}
    assert told[5] == (2, 4)


def test_sums_of_hidden_counts_need_not_hide_that_there_are_two():
    """1 + 2 = 3 with noughts shown: the total is at least 2 whatever is done, and that is said."""
    problem = pose(DFE, [1, 2, 3], [Relation((0, 1), 2)])
    protected = protect(problem, DFE)
    assert np.isnan(protected.shown).all() and attack(problem, protected, DFE) == []
    assert intervals(problem, protected, DFE)[2].tolist() == [2, np.inf]


def test_controlled_rounding_adds_up_and_tells_nothing():
    counts, relations = grid([[3, 40, 25], [18, 61, 9], [13, 2, 90]])
    problem = pose(PUBLIC, counts, relations)
    protected = protect(problem, PUBLIC, method="controlled rounding")
    shown = protected.shown
    assert not np.isnan(shown).any() and (shown % protected.base == 0).all() and protected.base == 10
    assert all(shown[list(r.parts)].sum() == shown[r.total] for r in relations)
    assert np.abs(shown - counts).max() < protected.base
    assert attack(problem, protected, PUBLIC) == []


def test_counts_that_do_not_add_up_are_our_fault():
    for counts, kind in (([4, 6, 11], "sum"), ([4, 6, 5], "union"), ([4, -6, -2], "sum")):
        with pytest.raises(Refusal) as refused:
            protect(pose(DFE, counts, [Relation((0, 1), 2, kind)]), DFE)
        assert refused.value.code == 5


def test_the_same_counts_always_give_the_same_tables():
    counts, relations = grid(np.random.default_rng(4).poisson(6, (6, 7)))
    first, second = (protect(pose(PUBLIC, counts, relations), PUBLIC).shown for _ in range(2))
    assert np.array_equal(first, second, equal_nan=True)


def test_long_chains_of_totals_are_safe_at_every_level():
    """Area in county in region, each with one small sibling: hiding goes up only as far as it must."""
    counts, relations = [3, 20], []
    for small in (9, 30, 44):
        total = len(counts)
        counts.append(sum(counts[-2:]))
        relations.append(Relation((total - 2, total - 1), total))
        counts.append(small)
    problem = pose(DFE, counts, relations)
    protected = protect(problem, DFE)
    assert attack(problem, protected, DFE) == []
    assert all(a <= b for a, b in pairwise(np.isnan(protected.shown[[6, 4, 2]])))


def test_little_is_hidden_beside_what_must_be():
    """Area by quarter by age: a worse search would be as safe, and shows here."""
    shape, relations = (5, 5, 5), []
    table = np.zeros(shape, int)
    draw = np.random.default_rng(7)
    table[:4, :4, :4] = draw.poisson(2 * np.exp(draw.normal(0, 1.2, (4, 4, 4))))
    cells = np.arange(table.size).reshape(shape)
    for axis in range(3):
        counts, numbers = np.moveaxis(table, axis, 0), np.moveaxis(cells, axis, 0).reshape(5, -1)
        counts[4] = counts[:4].sum(0)
        relations += [Relation(tuple(line[:4]), line[4]) for line in numbers.T.tolist()]
    problem = pose(DFE, table.ravel(), relations)
    reasons = protect(problem, DFE).reason.tolist()
    assert reasons.count("primary") == 51 and reasons.count("secondary") <= 25
