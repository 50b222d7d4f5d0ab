"""Random small tables against an attacker who tries every table there is."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refusal import Refusal
from reports import disclosure
from reports.disclosure import Protected, Relation, attack, pose, protect

SEED = Path(__file__).parents[2] / "seeds" / "disclosure_profiles.csv"
PROFILES = disclosure.profiles(SEED)
# Cells 0.. are filled in freely, the others are worked out from the relations in this order.
SQUARE = [((0, 1), 4, "sum"), ((2, 3), 5, "sum"), ((0, 2), 6, "sum"), ((1, 3), 7, "sum"), ((4, 5), 8, "sum")]
SQUARE = (4, [*SQUARE, ((6, 7), 8, "sum")])
YEAR = (4, [((0, 1), 4, "sum"), ((2, 3), 5, "sum"), ((4, 5), 6, "sum")])
LINKED = (3, [((0, 1, 2), 3, "sum"), ((0, 1), 4, "sum"), ((4, 2), 3, "sum"), ((1, 2), 5, "sum")])
CUBE = [((0, 1), 4, "sum"), ((2, 3), 5, "sum"), ((0, 2), 6, "sum"), ((1, 3), 7, "sum"), ((0, 3), 8, "sum")]
SHAPES = {"square": SQUARE, "year": YEAR, "linked": LINKED, "diagonal": (4, CUBE)}
MOST = 21


def filled(free, relations, number):
    """Every table there is as columns of counts: all ways to fill the free cells, and what follows."""
    cells = dict(enumerate(np.array(list(free)).reshape(-1, number).T))
    for parts, total, _ in relations:
        cells.setdefault(total, sum(cells[p] for p in parts))
    return np.stack([cells[k] for k in range(len(cells))])


EVERY = {name: filled(product(range(MOST), repeat=n), rel, n) for name, (n, rel) in SHAPES.items()}


def keeps(tables, relations):
    """Which of the tables keep all relations."""
    good = np.ones(tables.shape[1], bool)
    for parts, total, _ in relations:
        good &= tables[list(parts)].sum(0) == tables[total]
    return good


def shown_as(count, profile):
    """What a count looks like by the profile; None where it is small."""
    if profile.primary_from <= count <= profile.primary_to:
        return None
    base = profile.round_base or 1
    return base * int((count + base / 2) // base)


def left(tables, shown, profile):
    """The tables that look like this one: what is shown fits, and what is hidden is not nought."""
    good = np.ones(tables.shape[1], bool)
    for cell, value in enumerate(shown):
        if np.isnan(value):
            good &= tables[cell] >= 1
        else:
            fits = [n for n in range(tables[cell].max() + 1) if shown_as(n, profile) == value]
            good &= np.isin(tables[cell], fits)
    return tables[:, good]


def known(name, counts, shown, profile):
    """Cell -> least and most, of each small count that is known too well by trying every table."""
    tables = EVERY[name][:, keeps(EVERY[name], SHAPES[name][1])]
    possible = left(tables, shown, profile)
    nothing = np.where(np.array(counts) == 0, 0.0, np.nan)
    least = np.maximum(left(tables, nothing, profile).min(1), profile.primary_from)
    return {
        cell: (possible[cell].min(), possible[cell].max())
        for cell, count in enumerate(counts)
        if profile.primary_from <= count <= profile.primary_to
        and not (possible[cell].min() <= least[cell] and possible[cell].max() >= profile.primary_to)
    }


def posed(name, free, profile):
    number, relations = SHAPES[name]
    counts = filled([free[:number]], relations, number)[:, 0].tolist()
    return counts, pose(profile, counts, [Relation(*r) for r in relations])


@pytest.mark.faults(83)
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("profile", [PROFILES["dfe"], PROFILES["public"]], ids=lambda p: p.name)
@settings(max_examples=25, deadline=None)
@given(free=st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_nobody_who_tries_every_table_learns_a_small_count(name, profile, free):
    counts, problem = posed(name, free, profile)
    protected = protect(problem, profile)
    assert known(name, counts, protected.shown, profile) == {}
    assert attack(problem, protected, profile) == []


@pytest.mark.faults(83)
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("profile", [PROFILES["dfe"], PROFILES["public"]], ids=lambda p: p.name)
@settings(max_examples=25, deadline=None)
@given(
    free=st.lists(st.integers(0, 9), min_size=4, max_size=4),
    also=st.lists(st.booleans(), min_size=9, max_size=9),
)
def test_the_attack_finds_what_trying_every_table_finds(name, profile, free, also):
    counts, problem = posed(name, free, profile)
    shown = [shown_as(c, profile) for c in counts]
    hidden = [c > 0 and (s is None or more) for c, s, more in zip(counts, shown, also, strict=False)]
    shown = np.array([np.nan if h else s for h, s in zip(hidden, shown, strict=True)], float)
    nothing = np.zeros(len(counts), bool)
    protected = Protected(shown, np.full(len(counts), ""), nothing)
    found = {e.cell: (e.low, min(e.high, MOST)) for e in attack(problem, protected, profile)}
    tried = known(name, counts, shown, profile)
    assert set(found) == set(tried)
    assert all(found[c] == tried[c] for c in found if found[c][1] < MOST)


@pytest.mark.faults(83)
@settings(max_examples=40, deadline=None)
@given(
    leaves=st.lists(st.integers(0, 30), min_size=12, max_size=12),
    union=st.booleans(),
    profile=st.sampled_from(["dfe", "public", "nhs"]),
    hidden=st.sets(st.integers(0, 11), max_size=2),
)
@example(leaves=[0] * 12, union=False, profile="dfe", hidden={0})
def test_hierarchies_of_all_kinds_are_protected_or_refused_never_shown(leaves, union, profile, hidden):
    """Twelve months in quarters, their years, and a count of children once; with hidden cells and a complement."""
    profile = PROFILES[profile]
    quarters = [sum(leaves[q : q + 3]) for q in range(0, 12, 3)]
    counts = [*leaves, *quarters, sum(quarters)]
    relations = [Relation((q * 3, q * 3 + 1, q * 3 + 2), 12 + q) for q in range(4)]
    relations.append(Relation((12, 13, 14, 15), 16))
    if union:
        counts.append(max(quarters))
        relations.append(Relation((12, 13, 14, 15), 17, "union"))
    counts.append(counts[16] - counts[12])
    relations.append(Relation((12, len(counts) - 1), 16))
    problem = pose(profile, counts, relations, hidden=hidden, unpublished=[len(counts) - 1])
    # A quarter's nought is shown, and tells of each of its months.
    if any(quarters[month // 3] == 0 for month in hidden):
        with pytest.raises(Refusal, match="or a total of nought over what is hidden, tell too much"):
            protect(problem, profile)
        return
    protected = protect(problem, profile)
    assert attack(problem, protected, profile) == []
    small = (np.array(counts) >= profile.primary_from) & (np.array(counts) <= profile.primary_to)
    assert np.isnan(protected.shown[small]).all()
