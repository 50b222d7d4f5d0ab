"""SSDA903 as one submission: its tables joined child by child into R13 lac_episode and R14 la_missing.

The CSV and the XML reader both fill the same DuckDB tables (`open_tables`); from there on there is one
way. Nobody's date of birth, UPN, postcode or social worker's number leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest.national.collection import COUNCILS, collection, require_known_year
from ingest.national.values import MACROS, SCHEME
from ingest.reading import Table, Unreadable

MEMORY = "128MB"

JOINED = ("header", "episodes", "missing", "uasc")
LOCAL_IDS = ("record_ref", "person_key", "child_id_903")
# What both returns begin with, for a row `x` whose child's Header row is `c`.
PERSON = f"""
    x.file, x.sheet, x.line, '' as raw, {{ref}} as record_ref, getvariable('la') as la,
    getvariable('la') || '|' || x.CHILD as person_key, '{SCHEME}' as person_key_scheme,
    {{birth}} as birth_month, coalesce(sex(c.SEX), 'U') as sex, c.ETHNIC as ethnicity_code,
    if(c.ETHNIC is null, null, 'DFE') as ethnicity_scheme, 'U' as disability_any"""
EPISODES = """
select {person},
    getvariable('la') || '|' || x.CHILD as child_id_903, iso_date(x.DECOM) as decom, x.RNE as rne,
    x.LS as ls, x.CIN as cin, x.PLACE as place, x.PLACE_PROVIDER as place_provider, iso_date(x.DEC) as dec,
    x.REC as rec, x.REASON_PLACE_CHANGE as reason_place_change, sector(x.HOME_POST) as home_post_sector,
    sector(x.PL_POST) as pl_post_sector, x.URN as urn,
    case when u.child is not null
        then if(coalesce(real_date(u.DUC) < real_date(x.DECOM), false), 'N', 'Y')
        when c.UASC is not null then case c.UASC when '1' then 'Y' when '0' then 'N' else c.UASC end
        when getvariable('uasc_sent') then 'N' end as unaccompanied
from episodes as x
left join children as c on c.child = x.CHILD
left join asylum as u on u.child = x.CHILD"""
# SSDA903 defines missing and away apart; which of them a council uses, the file does not say.
MISSING = """
select {person},
    'CARE' as setting, x.MISSING as missing_type, 'M_AND_A' as definition_version,
    iso_date(x.MIS_START) as mis_start, iso_date(x.MIS_END) as mis_end, 'U' as rhi_required
from missing as x
left join children as c on c.child = x.CHILD"""
EPISODE_REF = "getvariable('la') || '|' || x.CHILD || '|' || iso_date(x.DECOM)"
MISSING_REF = (
    "getvariable('la') || '|' || x.CHILD || '|' || coalesce(upper(x.MISSING), '') || '|'"
    " || iso_date(x.MIS_START)"
)
MISSING_BIRTH = "coalesce(birth_month(c.DOB), birth_month(x.DOB))"
# One row for each child, the first in the file where a child has two: a join may not multiply episodes.
CHILDREN = """
create table children as
select CHILD as child, SEX, DOB, ETHNIC, UASC from header
where CHILD is not null
qualify row_number() over (partition by CHILD order by rowid) = 1;
create table asylum as
select CHILD as child, first(DUC order by rowid) as DUC from uasc
where CHILD is not null group by all;
set variable uasc_sent = (select count(*) > 0 from uasc);
"""
# A line that breaks into the wrong number of values is named and not kept: it holds dates of birth.
BROKEN = "create table broken (return_name varchar, file varchar, line bigint, raw varchar)"


def council_of(organisation_code: str | None, year: int | None) -> str:
    """The council's DfE number; Unreadable where it or the year is not known, for the files say neither."""
    if organisation_code not in COUNCILS.values():
        found = organisation_code or "nobody"
        says = (
            f"SSDA903 files do not say whose they are: sent from {found}; BAR, DON, ROT or SHE is expected."
        )
        raise Unreadable("F010", says)
    if year is None:
        raise Unreadable(
            "F010",
            "SSDA903 files do not say their year: send them with a period, as 2017-18.",
        )
    require_known_year(collection("ssda903"), year)
    return next(number for number, code in COUNCILS.items() if code == organisation_code)


@contextmanager
def open_tables(la: str, out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file in `out`, with the empty tables `header`, `episodes`, `missing` and `uasc`, all text.

    On disk, so that a collection of any size is joined in the same memory; gone when it is closed, because
    it holds dates of birth.
    """
    path = out / "joined.duckdb"
    with duckdb.connect(str(path)) as con:
        _prepare(con, la)
        yield con
    path.unlink()


def _prepare(con: duckdb.DuckDBPyConnection, la: str) -> None:
    con.execute("set enable_progress_bar = false; set python_enable_replacements = false")
    con.execute("set threads = 1")  # files are read side by side; the same files give the same bytes
    con.execute(f"set memory_limit = '{MEMORY}'")
    con.execute(MACROS)
    con.execute("set variable la = ?", [la])
    for name in JOINED:
        columns = ", ".join(f"{c} varchar" for c in collection("ssda903").table(name).column_names)
        con.execute(f"create table {name} (file varchar, sheet varchar, line bigint, {columns})")
    con.execute(BROKEN)


def insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    values: list[str],
    source: str,
    given: list,
) -> int:
    """Add the rows of `source` to a table; `values` are SQL for file, sheet, line and then each column.

    Returns the number of rows added. Text is trimmed, nothing is null, CHILD is as every format writes it.
    """
    columns = [*values[:3], f"child({values[3]})", *(f"sent({v})" for v in values[4:])]
    return con.execute(f"insert into {table} select {', '.join(columns)} from {source}", given).fetchone()[0]


def write(con: duckdb.DuckDBPyConnection, sent: set[str], out: Path) -> tuple[Table, ...]:
    """The canonical CSV of each return whose table was sent, from the filled tables."""
    con.execute(CHILDREN)
    tables = []
    if "episodes" in sent:
        person = PERSON.format(ref=EPISODE_REF, birth="birth_month(c.DOB)")
        tables.append(_write(con, "lac_episode", EPISODES.format(person=person), out, LOCAL_IDS))
    if "missing" in sent:
        person = PERSON.format(ref=MISSING_REF, birth=MISSING_BIRTH)
        tables.append(_write(con, "la_missing", MISSING.format(person=person), out, LOCAL_IDS[:2]))
    return tuple(tables)


def _write(con: duckdb.DuckDBPyConnection, name: str, select: str, out: Path, local_ids: tuple) -> Table:
    """Good rows, then broken lines; every value quoted, null as empty.

    Not sorted by line, for a sort would hold every row in memory.
    """
    path = out / f"{name}.csv"
    both = f"{select} union all by name select file, line, raw from broken where return_name = '{name}'"
    con.execute(f"create or replace temp view result as {both}")
    columns = [row[0] for row in con.execute("describe result").fetchall()]
    filled = ", ".join(f"coalesce({c}::varchar, '') as {c}" for c in columns)
    rows = con.execute(
        f"copy (select {filled} from result) to '{_quoted(path)}' (format csv, header, force_quote *)"
    ).fetchone()[0]
    broken = con.execute("select count(*) from broken where return_name = ?", [name]).fetchone()[0]
    same = (("child_id_903", "person_key"),) if "child_id_903" in local_ids else ()
    return Table(name, path, tuple(columns[4:]), rows, local_ids=local_ids, broken=broken, same=same)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
