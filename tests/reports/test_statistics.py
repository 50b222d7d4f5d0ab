"""Intervals, limits and words: against published examples, against scipy, and for what must always hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.statistics import byar, compared, funnel_rates, funnel_shares, wilson, xmr

NAN = math.nan
# Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
NEWCOMBE = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0, 0.1611),
    (1, 29): (0.0061, 0.1718),
}
# 0 to 9: exact Poisson limits as in the standard tables; from 10 on Byar's approximation.
POISSON = (
    (0.000, 3.689),
    (0.025, 5.572),
    (0.242, 7.225),
    (0.619, 8.767),
    (1.090, 10.242),
    (1.623, 11.668),
    (2.202, 13.059),
    (2.814, 14.423),
    (3.454, 15.763),
    (4.115, 17.085),
    (4.787, 18.391),
    (5.484, 19.683),
    (6.194, 20.963),
    (6.915, 22.232),
    (7.648, 23.491),
    (8.389, 24.742),
    (9.140, 25.984),
    (9.897, 27.220),
    (10.662, 28.449),
    (11.434, 29.672),
    (12.211, 30.890),
)
counts = st.integers(0, 100_000)
shares = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
series = st.lists(st.one_of(st.none(), st.integers(0, 60)), max_size=30)


@pytest.mark.parametrize(("share", "known"), NEWCOMBE.items())
def test_wilson_gives_the_published_examples(share, known):
    assert [round(float(end), 4) for end in wilson(*share)] == list(known)


def test_wilson_is_what_scipy_says():
    count, of = np.array([0, 1, 3, 81, 20]), np.array([20, 29, 3, 263, 20])
    theirs = [
        stats.binomtest(int(k), int(n)).proportion_ci(method="wilson") for k, n in zip(count, of, strict=True)
    ]
    np.testing.assert_allclose(np.array(wilson(count, of)).T, theirs, atol=1e-12)
    np.testing.assert_allclose(wilson(81, 263, 100), [25.528851987827, 36.620957698300], rtol=1e-12)


def test_byar_gives_the_tables_values():
    lower, upper = byar(np.arange(21), 1)
    assert list(zip(lower.round(3).tolist(), upper.round(3).tolist(), strict=True)) == list(POISSON)


def test_byar_below_ten_is_the_exact_limit_of_scipy():
    count = np.arange(10)
    exact = (np.nan_to_num(stats.chi2.ppf(0.025, 2 * count) / 2), stats.chi2.ppf(0.975, 2 * count + 2) / 2)
    np.testing.assert_allclose(byar(count, 1), exact, rtol=1e-9, atol=1e-12)
    exact = (stats.chi2.ppf(0.025, 2000) / 2, stats.chi2.ppf(0.975, 2002) / 2)
    np.testing.assert_allclose(byar(1000, 1), exact, rtol=1e-5)


def test_byar_is_per_so_much_exposure():
    np.testing.assert_allclose(byar(50, 58_000, 10_000), np.array(byar(50, 1)) / 5.8)
    assert [end.shape for end in byar([1, 20], [[10], [20]])] == [(2, 2), (2, 2)]


@pytest.mark.parametrize(
    "ends",
    [
        wilson(5, 0),
        wilson(5, 4),
        wilson(-1, 4),
        wilson(NAN, 4),
        byar(-2, 10),
        byar(3, 0),
        byar(NAN, 10),
        byar(3, NAN),
    ],
)
def test_what_has_no_interval_gets_none(ends):
    assert np.isnan(ends).all()


@given(shares)
def test_a_wilson_interval_holds_its_share_and_mirrors(share):
    count, of = share
    lower, upper = wilson(count, of)
    assert 0 <= lower <= count / of <= upper <= 1
    np.testing.assert_allclose([1 - upper, 1 - lower], wilson(of - count, of), atol=1e-12)


@given(st.integers(1, 300))
def test_wilson_rises_with_the_count_and_narrows_with_more_of_it(of):
    lower, upper = wilson(np.arange(of + 1), of)
    assert (np.diff(lower) > 0).all() and (np.diff(upper) > 0).all()
    more = np.subtract(*wilson(np.arange(of + 1) * 4, of * 4)[::-1])
    assert (more < upper - lower).all()


@given(counts)
def test_a_byar_interval_holds_its_count_and_rises(count):
    lower, upper = byar([count, count + 1], 1)
    assert lower[0] <= count <= upper[0] and lower[0] < lower[1] and upper[0] < upper[1]
    wide = byar(count, 1, level=0.998)
    assert wide[0] <= lower[0] and wide[1] > upper[0]


def test_xmr_by_hand():
    found = xmr([10, 12, 11, 13, 12])
    assert (found.mean, round(found.lower, 6), round(found.upper, 6)) == (11.6, 7.61, 15.59)
    assert not found.signals.any()


def test_a_point_outside_the_limits_is_a_signal():
    found = xmr([10, 12, 11, 13, 12, 11, 12, 40, 12, 11, 10, 12])
    assert np.flatnonzero(found.beyond).tolist() == [7]
    assert xmr([10, 2, 9, 1], floor=0).lower == 0


@pytest.mark.parametrize(("run", "signals"), [(6, 0), (7, 7), (8, 8)])
def test_a_shift_is_seven_on_one_side(run, signals):
    values = [20, 0] * 8 + [11, 12, 11, 12, 11, 12, 11, 12][:run] + [0, 20] * 8
    assert int(xmr(values).shift.sum()) == signals


@pytest.mark.parametrize(("points", "signals"), [(5, 0), (6, 6), (7, 7)])
def test_a_trend_is_six_points_that_rise_or_fall(points, signals):
    rise = [50, 40, *range(10, 10 + points), 0, 50]
    assert int(xmr(rise).trend.sum()) == signals
    assert int(xmr([-v for v in rise]).trend.sum()) == signals
    level = [50, 40, 10, 11, 12, 12, 13, 14, 0, 50]
    assert not xmr(level).trend.any()


def test_a_gap_breaks_a_run_and_is_never_filled():
    whole = [0, 20, 0, 11, 12, 11, 12, 11, 12, 11, 0, 20, 0, 20, 0]
    assert xmr(whole).shift.sum() == 7
    assert not xmr([*whole[:6], None, *whole[6:]]).shift[:14].any()
    assert xmr([1, 2, 3, None, 4, 5, 6]).trend.sum() == 0
    assert xmr([5, None, 100, None, 5]).upper != xmr([5, 100, 5]).upper
    assert math.isnan(xmr([5, None, 100, None, 5]).upper)


@given(series)
def test_gaps_at_the_end_change_nothing_and_are_no_signals(values):
    found, longer = xmr(values), xmr([None, *values, None, None])
    np.testing.assert_array_equal(found.signals, longer.signals[1:-2])
    np.testing.assert_allclose(
        (found.mean, found.lower, found.upper), (longer.mean, longer.lower, longer.upper)
    )
    assert not any(s for s, v in zip(found.signals, values, strict=True) if v is None)


@given(series, st.integers(-50, 50))
def test_limits_move_with_the_series(values, by):
    found, moved = xmr(values), xmr([None if v is None else v + by for v in values])
    np.testing.assert_allclose(moved.upper - by, found.upper, atol=1e-9)
    np.testing.assert_array_equal(found.signals, moved.signals)


def test_equal_figures_are_no_signal():
    assert not xmr([0.1] * 20).signals.any()


@pytest.mark.parametrize("exposure", [500, 5_000, 60_000])
def test_rate_limits_lie_between_the_whole_counts_of_scipy(exposure):
    limits, expected = funnel_rates([exposure], 20, 10_000), exposure * 20 / 10_000
    ends = (limits.lower_95, limits.upper_95, limits.lower_998, limits.upper_998)
    for tail, end in zip((0.025, 0.975, 0.001, 0.999), ends, strict=True):
        k = stats.poisson.ppf(tail, expected)
        here, before = stats.poisson.cdf([k, k - 1], expected)
        known = max(k - (here - tail) / (here - before), 0)
        assert end[0] * exposure / 10_000 == pytest.approx(known)


@pytest.mark.parametrize("of", [1, 7, 100, 3_000])
def test_share_limits_lie_between_the_whole_counts_of_scipy(of):
    limits = funnel_shares([of], 30)
    ends = (limits.lower_95, limits.upper_95, limits.lower_998, limits.upper_998)
    for tail, end in zip((0.025, 0.975, 0.001, 0.999), ends, strict=True):
        k = stats.binom.ppf(tail, of, 0.3)
        here, before = stats.binom.cdf([k, k - 1], of, 0.3)
        assert end[0] * of / 100 == pytest.approx(max(k - (here - tail) / (here - before), 0))
        assert 0 <= end[0] <= 100


@given(st.floats(1, 1e6), st.floats(0.01, 9_000))
def test_a_funnel_holds_its_benchmark_or_stands_below_one_case(exposure, rate):
    limits = funnel_rates([exposure], rate, 10_000)
    case = 10_000 / exposure
    assert limits.lower_998[0] <= limits.lower_95[0] <= rate + 1e-9
    assert limits.upper_95[0] <= limits.upper_998[0] and rate <= limits.upper_95[0] + case


def test_the_funnel_says_who_is_outside():
    limits = funnel_rates([50_000, 50_000, 50_000, NAN], 20, 10_000)
    assert limits.outside([20, 24.2, 32, 20]).tolist() == [0, 95, 99.8, 0]
    with pytest.raises(ValueError, match="outside 0 to 1"):
        funnel_shares([10], 101)


@pytest.mark.parametrize(
    ("lower", "upper", "polarity", "word"),
    [
        (31, 35, "+", "better"),
        (31, 35, "-", "worse"),
        (31, 35, "0", "higher"),
        (21, 25, "+", "worse"),
        (21, 25, "-", "better"),
        (21, 25, "0", "lower"),
        (25, 35, "+", "similar"),
        (30, 35, "-", "similar"),
        (NAN, NAN, "+", "not compared"),
    ],
)
def test_a_comparison_in_words(lower, upper, polarity, word):
    assert compared(lower, upper, 30, polarity) == word
    assert compared([lower, 0], [upper, 90], 30, [polarity, "+"]) == [word, "similar"]


def test_without_a_benchmark_nothing_is_compared():
    assert compared(1, 2, NAN, "+") == "not compared"
