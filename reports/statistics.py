"""How sure a figure is: intervals, control limits, funnel limits, and words for a comparison.

Everything takes numbers or arrays of them and gives arrays of the same shape. NaN stands for what is hidden or
was not received: it goes in as NaN, comes out as NaN, and nothing is ever put in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

SURE = 0.95
EXACT_BELOW = 10  # Byar's approximation is good from here; below it the exact limits cost nothing
XMR = 2.66  # 3 / d2, where d2 = 1.128 for ranges of two
SHIFT, TREND = 7, 6
FUNNEL = (0.95, 0.998)
WORDS = ("not compared", "similar", "better", "worse", "higher", "lower")
Interval = tuple[np.ndarray, np.ndarray]


def wilson(numerator: ArrayLike, denominator: ArrayLike, scale: float = 1.0, level: float = SURE) -> Interval:
    """The score interval of a share → (lower, upper), as shares of `scale` (100 for per cent).

    NaN where there is no share: a denominator of 0, a numerator below 0 or above its denominator.
    Source: Wilson (1927), JASA 22:209-212; the method of the PHE technical guide for proportions.
    """
    count, of = np.asarray(numerator, float), np.asarray(denominator, float)
    good = (of > 0) & (count >= 0) & (count <= of)
    count, of = np.where(good, count, np.nan), np.where(good, of, np.nan)
    z = _z(level)
    middle, half = count + z * z / 2, z * np.sqrt(count * (1 - count / of) + z * z / 4)
    lower, upper = (middle - half) / (of + z * z), (middle + half) / (of + z * z)
    # Rounding must not leave 0 of n a hair above 0, nor n of n a hair below 1.
    lower, upper = np.where(count == 0, 0.0, lower), np.where(count == of, 1.0, upper)
    return scale * lower, scale * upper


def byar(count: ArrayLike, exposure: ArrayLike, scale: float = 1.0, level: float = SURE) -> Interval:
    """The interval of a count or a rate → (lower, upper), each per `scale` of the exposure.

    Exact Poisson limits for counts below 10, Byar's approximation from 10 on. NaN where the exposure is not
    above 0 or the count is below 0. Source: Byar, in Breslow & Day (1987), Statistical Methods in Cancer Research
    II, p. 69; PHE technical guide, "Confidence intervals"; exact limits: Garwood (1936).
    """
    told, of = np.broadcast_arrays(np.asarray(count, float), np.asarray(exposure, float))
    good = (of > 0) & (told >= 0)
    told, of = np.where(good, told, np.nan), np.where(good, of, np.nan)
    lower, upper = (np.array(end) for end in _byar(told, _z(level)))
    few = told < EXACT_BELOW
    if few.any():
        lower[few], upper[few] = _exact(told[few], level)
    return scale * lower / of, scale * upper / of


def _byar(count: np.ndarray, z: float) -> Interval:
    low, high = np.maximum(count, 1.0), count + 1  # below 1 the exact limits are taken, not these
    lower = low * (1 - 1 / (9 * low) - z / (3 * np.sqrt(low))) ** 3
    return lower, high * (1 - 1 / (9 * high) + z / (3 * np.sqrt(high))) ** 3


def _exact(count: np.ndarray, level: float) -> Interval:
    from scipy.special import gammaincinv  # half a second to load: only who needs it waits

    tail = (1 - level) / 2
    lower = np.where(count == 0, 0.0, gammaincinv(np.maximum(count, 1e-9), tail))
    return lower, gammaincinv(count + 1, 1 - tail)


def _z(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


@dataclass(frozen=True)
class Limits:
    """The control limits of a series and which of its points are signals.

    `mean`, `lower` and `upper` are NaN where no two points stand next to each other. `beyond`, `shift` and `trend`
    are as long as the series: True for each point outside the limits, in a run of 7 on one side of the mean, in
    a run of 6 that all rise or all fall.
    """

    mean: float
    lower: float
    upper: float
    beyond: np.ndarray
    shift: np.ndarray
    trend: np.ndarray

    @property
    def signals(self) -> np.ndarray:
        """The points that show more than chance."""
        return self.beyond | self.shift | self.trend


def xmr(
    values: Sequence[float | None] | np.ndarray, floor: float | None = None, ceiling: float | None = None
) -> Limits:
    """The limits of a chart of individual values: the mean and 2.66 mean moving ranges either side.

    None or NaN is a gap: it has no moving range on either side and it ends every run. `floor` and
    `ceiling`: what the limits cannot lie beyond (0 for a count, 0 and 100 for a share). Source: Wheeler, Understanding Variation (1993), XmR chart; the rules
    of 7 and 6 as NHS England's Making Data Count uses them, XmR icons.
    """
    x = np.array([np.nan if v is None else v for v in values], float)
    ranges = np.abs(np.diff(x))
    ranges = ranges[~np.isnan(ranges)]
    no = np.zeros(len(x), bool)
    if not len(ranges):
        return Limits(np.nan, np.nan, np.nan, no, no.copy(), no.copy())
    mean, reach = float(np.nanmean(x)), XMR * float(ranges.mean())
    hair = 1e-9 * max(1.0, abs(mean), reach)  # a mean of equal numbers may miss them by a hair
    side = np.where(np.abs(x - mean) <= hair, 0, np.sign(np.nan_to_num(x - mean)))
    step = np.sign(np.nan_to_num(np.diff(x)))
    lower = mean - reach if floor is None else max(mean - reach, floor)
    upper = mean + reach if ceiling is None else min(mean + reach, ceiling)
    beyond = (x > upper + hair) | (x < lower - hair)
    return Limits(mean, lower, upper, beyond, _runs(side, SHIFT), _trend(step, len(x)))


def _runs(sign: np.ndarray, least: int) -> np.ndarray:
    """Which places stand in an unbroken run, `least` long or longer, of the same sign; 0 breaks it."""
    starts = np.flatnonzero(np.diff(sign, prepend=np.nan) != 0)
    lengths = np.diff(np.append(starts, len(sign)))
    return np.repeat((lengths >= least) & (sign[starts] != 0), lengths)


def _trend(step: np.ndarray, points: int) -> np.ndarray:
    steps = _runs(step, TREND - 1)  # six points make five steps
    return np.append(steps, False)[:points] | np.append(False, steps)[:points]


@dataclass(frozen=True)
class Funnel:
    """The limits of a funnel at each exposure, on the scale of the figures: 95 % and 99.8 %."""

    lower_95: np.ndarray
    upper_95: np.ndarray
    lower_998: np.ndarray
    upper_998: np.ndarray

    def outside(self, values: ArrayLike) -> np.ndarray:
        """For each value 0 (within 95 % or not known), 95 (outside 95 %) or 99.8 (outside 99.8 %)."""
        v = np.asarray(values, float)
        out = np.where((v < self.lower_95) | (v > self.upper_95), 95.0, 0.0)
        return np.where((v < self.lower_998) | (v > self.upper_998), 99.8, out)


def funnel_rates(exposure: ArrayLike, benchmark: float, scale: float) -> Funnel:
    """Where rates lie by chance alone if all are the benchmark's, a rate per `scale`; Poisson.

    Limits are exact and interpolated between whole counts. Source: Spiegelhalter (2005), Statistics in Medicine
    24:1185-1202, appendix A.1.1.
    """
    from scipy.special import pdtr

    of = _above_nought(exposure)
    expected = of * benchmark / scale
    most = _most(expected)
    return _funnel(lambda k: pdtr(k, expected), most, scale / of)


def funnel_shares(denominator: ArrayLike, benchmark: float, scale: float = 100.0) -> Funnel:
    """Where shares lie by chance alone if all are the benchmark's, a share of `scale`; binomial.

    Source: as `funnel_rates`.
    """
    from scipy.special import bdtr

    of = np.maximum(np.round(_above_nought(denominator)), 1)  # chance is dealt out to whole cases
    share = benchmark / scale
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {benchmark} in {scale} lies outside 0 to 1")
    most = np.minimum(_most(of * share), np.nan_to_num(of))
    cases = np.nan_to_num(of, nan=1).astype(int)
    return _funnel(lambda k: np.where(k >= of, 1.0, bdtr(k, cases, share)), most, scale / of)


def _above_nought(of: ArrayLike) -> np.ndarray:
    of = np.asarray(of, float)
    return np.where(of > 0, of, np.nan)


def _most(expected: np.ndarray) -> np.ndarray:
    """A count that is surely above every limit: ten standard deviations and a few more."""
    return np.ceil(np.nan_to_num(expected) + 10 * np.sqrt(np.nan_to_num(expected)) + 20)


def _funnel(chance, most: np.ndarray, per: np.ndarray) -> Funnel:
    """The limits from P(count <= k); the upper limit of a share cannot pass its denominator."""
    tails = [t for level in FUNNEL for t in ((1 - level) / 2, (1 + level) / 2)]
    return Funnel(*(_quantile(chance, most, tail) * per for tail in tails))


def _quantile(chance, most: np.ndarray, p: float) -> np.ndarray:
    """The count below which a share `p` of chance lies, between whole counts by a straight line."""
    low, high = np.full(most.shape, -1.0), most.astype(float)
    for _ in range(int(np.log2(most.max(initial=1) + 2)) + 2):  # halving finds the least k with P(<= k) >= p
        middle = np.floor((low + high) / 2)
        enough = (middle >= 0) & (chance(np.maximum(middle, 0)) >= p)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    here = chance(high)
    before = np.where(high > 0, chance(np.maximum(high - 1, 0)), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        back = np.where(here > before, (here - p) / (here - before), 0.0)
    return np.maximum(high - np.clip(back, 0, 1), 0.0)


def compared(lower: ArrayLike, upper: ArrayLike, benchmark: ArrayLike, polarity: ArrayLike):
    """How a figure stands to a benchmark, in words: a `str`, or a list of them for arrays.

    'similar' unless the whole interval lies to one side. `polarity`: '+' more is better, '-' fewer is better,
    '0' neither, so 'higher' or 'lower'. 'not compared' where any number is not known.
    Source: the rule of OHID Fingertips, PHE technical guide, "Comparing with a benchmark".
    """
    low, high, mark = (np.asarray(v, float) for v in (lower, upper, benchmark))
    signs = np.asarray(polarity)
    good = np.where(signs == "+", 1, np.where(signs == "-", -1, 0))
    side = np.where(low > mark, 1, np.where(high < mark, -1, 0))
    words = np.select(
        [
            np.isnan(low) | np.isnan(high) | np.isnan(mark),
            side == 0,
            side * good > 0,
            side * good < 0,
            side > 0,
        ],
        WORDS[:5],
        WORDS[5],
    )
    return words.tolist()
