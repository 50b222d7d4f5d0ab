"""What hiding small counts costs, and what an attacker gets where only they are hidden.

`python benchmarks/disclosure.py [grid …]` makes random counts over hierarchies (area in county, quarters, ages,
sexes) and over linked tables, hides the small counts alone and attacks; protects by the profiles `dfe` (exact
counts) and `public` (rounded to five) and attacks, from what is shown alone; and lets pytauargus protect the
same table where PYTHONPATH holds it: it is never installed with us (EUPL-1.2). Prints Markdown. Seconds are of
the processor. A cell is exposed where what is left does not cover the whole of 1 to 5.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from reports import disclosure  # noqa: E402
from reports.disclosure import Problem, Profile, Protected, Relation  # noqa: E402

PROFILES = disclosure.profiles(ROOT / "seeds" / "disclosure_profiles.csv")
PATIENCE = 180  # seconds of the processor pytauargus is given for a table


@dataclass(frozen=True)
class Dimension:
    """The codes of a dimension, its leaves first, and each total with what it is the total of."""

    codes: list[str]
    totals: list[tuple[int, list[int]]]


def flat(leaves: int) -> Dimension:
    return Dimension([f"a{k:02}" for k in range(leaves)] + ["all"], [(leaves, list(range(leaves)))])


def nested(wards: int, areas: int) -> Dimension:
    each, leaves = wards // areas, list(range(wards))
    totals = [(wards + k, leaves[k * each : (k + 1) * each]) for k in range(areas)]
    codes = [f"w{k:02}" for k in leaves] + [f"b{k:02}" for k in range(areas)] + ["all"]
    return Dimension(codes, [*totals, (wards + areas, [t for t, _ in totals])])


GRIDS = {
    "area x quarter": [flat(4), flat(4)],
    "area x age x sex": [flat(4), flat(4), flat(2)],
    "area x quarter x age x sex": [flat(4), flat(4), flat(4), flat(2)],
    "ward in area x quarter x age": [nested(40, 4), flat(4), flat(4)],
    "ward in area x quarter x age x sex": [nested(40, 4), flat(4), flat(4), flat(2)],
}
LINKED = {"3 linked tables": 1, "30 linked tables": 10, "300 linked tables": 100}


def grid(dimensions: list[Dimension], seed: int) -> tuple[np.ndarray, list[Relation]]:
    """Random counts of a table with all its margins, and its sums."""
    draw, shape = np.random.default_rng(seed), [len(d.codes) for d in dimensions]
    leaves = [[k for k in range(len(d.codes)) if k not in dict(d.totals)] for d in dimensions]
    counts = np.zeros(shape, int)
    # Counts of this kind are skewed: many noughts and small ones, a few of hundreds.
    counts[np.ix_(*leaves)] = draw.poisson(2 * np.exp(draw.normal(0, 1.2, [len(k) for k in leaves])))
    cells, relations = np.arange(counts.size).reshape(shape), []
    for axis, dimension in enumerate(dimensions):
        table, numbers = np.moveaxis(counts, axis, 0), np.moveaxis(cells, axis, 0)
        for total, parts in dimension.totals:
            table[total] = table[parts].sum(0)
            lines = numbers[parts].reshape(len(parts), -1).T.tolist()
            relations += map(Relation, map(tuple, lines), numbers[total].ravel().tolist())
    return counts.ravel(), relations


def linked(groups: int, seed: int) -> tuple[np.ndarray, list[Relation]]:
    """Tables of area x quarter x age, x sex and x agency that share area x quarter; agencies share children."""
    draw, counts, relations = np.random.default_rng(seed), [], []
    for group in range(groups):
        first, shared = len(counts), {}
        for table, leaves in enumerate((4, 2)):
            whole, sums = grid([flat(4), flat(4), flat(leaves)], seed + group)
            if table:
                margin = np.array(counts[first : first + 125]).reshape(25, 5)[:, 4]
                part = draw.binomial(margin.reshape(5, 5)[:4, :4], 0.6)
                part = np.vstack([part, part.sum(0)])
                part = np.hstack([part, part.sum(1)[:, None]]).ravel()
                whole = np.stack([part, margin - part, margin], axis=1).ravel()
                shared = {k * 3 + 2: first + k * 5 + 4 for k in range(25)}
            at = {k: shared.get(k, len(counts) + k) for k in range(len(whole))}
            counts += whole.tolist()
            relations += [Relation(tuple(at[p] for p in r.parts), at[r.total]) for r in sums]
        for place in range(first + 4, first + 125, 5):
            by = [int(draw.binomial(counts[place], share)) for share in (0.7, 0.5)]
            by.append(counts[place] - max(by) if sum(by) < counts[place] else max(by))
            counts += by
            relations.append(Relation(tuple(range(len(counts) - 3, len(counts))), place, "union"))
    return np.array(counts), relations


def seconds(work, *given, clock=time.process_time) -> tuple[object, float]:
    began = clock()
    return work(*given), clock() - began


def primary_only(problem: Problem, profile: Profile) -> list:
    small = (problem.counts >= profile.primary_from) & (problem.counts <= profile.primary_to)
    shown = np.where(small, np.nan, problem.counts)
    return disclosure.attack(
        problem, Protected(shown, np.where(small, "primary", ""), np.zeros_like(small)), profile
    )


def beside(name: str, seed: int) -> dict | None:
    """What pytauargus makes of the same table, in a process of its own; None: not in time, or it failed."""
    command = [sys.executable, str(Path(__file__).resolve()), "--beside", name, str(seed)]
    with tempfile.TemporaryDirectory() as folder:  # it leaves logs of its own where it runs
        try:
            told = subprocess.run(
                command, cwd=folder, check=True, capture_output=True, text=True, timeout=5 * PATIENCE
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
    return json.loads(told.stdout.splitlines()[-1])


def people(dimensions: list[Dimension], counts: np.ndarray) -> Iterator[dict]:
    """The table as its people, one row each: what pytauargus starts from."""
    shape = [len(d.codes) for d in dimensions]
    for place in product(*(range(n) for n in shape)):
        if all(p not in dict(d.totals) for p, d in zip(place, dimensions, strict=True)):
            row = {f"D{k}": d.codes[p] for k, (d, p) in enumerate(zip(dimensions, place, strict=True))}
            yield from [row | {"one": 1}] * int(counts[np.ravel_multi_index(place, shape)])


def by_pytauargus(name: str, seed: int) -> dict:
    """Protect with pytauargus and attack the outcome: seconds, cells lost, cells exposed."""
    from pytauargus import protect

    dimensions, profile = GRIDS[name], PROFILES["dfe"]
    counts, relations = grid(dimensions, seed)
    names, how = [f"D{k}" for k in range(len(dimensions))], "OPT(1)" if counts.size < 1000 else "MOD(1)"
    with tempfile.TemporaryDirectory() as folder:
        trees = {}
        for variable, d in zip(names, dimensions, strict=True):
            if len(d.totals) > 1:
                tree = [
                    line for t, p in d.totals[:-1] for line in (d.codes[t], *("@" + d.codes[k] for k in p))
                ]
                Path(folder, f"{variable}.hrc").write_text("\n".join(tree) + "\n")
                trees[variable] = str(Path(folder, f"{variable}.hrc"))
        given = {"hrc": trees or None, "hierleadstring": "@" if trees else None}
        rule = f"FREQ({profile.primary_to + 1},100)"
        rows = list(people(dimensions, counts))
        found, took = seconds(
            lambda: protect(rows, names, "one", rule, how, workdir=folder, decimals=0, **given).tables[0]
        )
        table = found.dataframe()
    table = table if isinstance(table, list) else table.to_dict("records")
    hidden = np.zeros([len(d.codes) for d in dimensions], bool)
    for row, status in zip(table, found.status(), strict=True):
        codes = [str(row[n]).strip() for n in names]
        place = tuple(
            d.codes.index(c) if c in d.codes else len(d.codes) - 1
            for d, c in zip(dimensions, codes, strict=True)
        )
        hidden[place] = status in ("B", "D", "U", "M")
    hidden = hidden.ravel()
    hidden &= counts > 0
    shown = np.where(hidden, np.nan, counts)
    problem = disclosure.pose(profile, counts, relations)
    exposed = disclosure.attack(problem, Protected(shown, hidden.astype(str), np.zeros_like(hidden)), profile)
    small = (counts >= 1) & (counts <= profile.primary_to)
    return {"seconds": took, "lost": int((hidden & ~small).sum()), "exposed": len(exposed)}


HEAD = (
    "| tables | cells | small | small alone hidden: exposed | known exactly | dfe: lost | exposed | protect s | "
    "attack s | public: lost | exposed | protect s | attack s | pytauargus: lost | exposed | s |\n"
    + "|---" * 16
    + "|"
)


def compare(name: str, seed: int = 1) -> str:
    """One line of the table."""
    counts, relations = grid(GRIDS[name], seed) if name in GRIDS else linked(LINKED[name], seed)
    figures: list[object] = [name, f"{counts.size:,}"]
    for key in ("dfe", "public"):
        profile = PROFILES[key]
        problem = disclosure.pose(profile, counts, relations)
        if key == "dfe":
            told = primary_only(problem, profile)
            figures += [
                int(((counts >= 1) & (counts <= 5)).sum()),
                len(told),
                sum(e.low == e.high for e in told),
            ]
        protected, took = seconds(disclosure.protect, problem, profile)
        # As somebody who finds it lying there: without the proofs that protecting it left.
        exposed, attacked = seconds(disclosure.attack, problem, replace(protected, proofs=()), profile)
        lost = int((protected.reason == "secondary").sum())
        figures += [lost, len(exposed), f"{took:.2f}", f"{attacked:.2f}"]
    if name not in GRIDS or not importlib.util.find_spec("pytauargus"):
        figures += ["not there" if name in GRIDS else "no linked tables", "", ""]
    elif other := beside(name, seed):
        figures += [other["lost"], other["exposed"], f"{other['seconds']:.2f}"]
    else:
        figures += ["", "", f"stopped at {PATIENCE} s"]
    return f"| {' | '.join(map(str, figures))} |"


def measured(groups: int) -> dict:
    """Seconds by the clock to protect and to attack so many groups of linked tables, and to hide the small alone."""
    import duckdb

    counts, relations = linked(groups, 1)
    profile, clock = PROFILES["public"], time.perf_counter
    problem = disclosure.pose(profile, counts, relations)
    protected, protecting = seconds(disclosure.protect, problem, profile, clock=clock)
    exposed, attacking = seconds(
        disclosure.attack, problem, replace(protected, proofs=()), profile, clock=clock
    )
    hide = "create table shown as select if(n between 1 and 5, null, n) as n from cells"
    with duckdb.connect() as connection:
        connection.register("cells", {"n": counts})
        _, hiding = seconds(connection.execute, hide, clock=clock)
    told = {"protect": protecting, "attack": attacking, "hide": hiding, "cells": int(counts.size)}
    return told | {"exposed": len(exposed)}


def main() -> None:
    if sys.argv[1:2] == ["--beside"]:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        print(json.dumps(by_pytauargus(sys.argv[2], int(sys.argv[3]))))
        return
    if not importlib.util.find_spec("pytauargus"):
        print("pytauargus is not installed, so nothing stands beside ours.\n")
    print(HEAD)
    for name in sys.argv[1:] or [*GRIDS, *LINKED]:
        print(compare(name), flush=True)
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB.")


if __name__ == "__main__":
    main()
