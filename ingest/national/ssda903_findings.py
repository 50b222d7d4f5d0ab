"""What the SSDA903 reader finds across the files of one submission, by the census's own rule numbers.

A finding names file, line and column. It never holds the child's id or a date of birth.
"""

from __future__ import annotations

import duckdb

from ingest.national.collection import CodeChange, codes_in, collection, financial_year
from ingest.reading import Finding

NOT_IN_HEADER = """
select x.file, x.sheet, x.line from {table} as x
left join children as c on c.child = x.CHILD
where c.child is null and x.CHILD is not null order by x.file, x.line"""
TWICE_IN_HEADER = """
select file, sheet, line from header where CHILD is not null
qualify row_number() over (partition by CHILD order by rowid) > 1 order by file, line"""
OTHER_BIRTH = """
select x.file, x.sheet, x.line from missing as x join children as c on c.child = x.CHILD
where real_date(x.DOB) <> real_date(c.DOB) order by x.file, x.line"""
UNREAL_BIRTH = """
select file, sheet, line from {table} where DOB is not null and real_date(DOB) is null order by file, line"""
UNREAL_POSTCODE = """
select file, sheet, line from episodes where {column} is not null and sector({column}) is null
order by file, line"""

# Rows of one kind that are listed one by one; the rest are told as a number.
MOST_LISTED = 1_000

Found = list[tuple[str, Finding]]


def findings(con: duckdb.DuckDBPyConnection, year: int) -> Found:
    """Every finding of the filled tables, each with the return it belongs to."""
    header_sent = con.execute("select count(*) > 0 from header").fetchone()[0]
    found = _no_header(con) if not header_sent else _against_header(con)
    says = "DOB is not a real date, so the child's month of birth is left empty."
    for table, return_name in (("header", "lac_episode"), ("missing", "la_missing")):
        found += _rows(con, UNREAL_BIRTH.format(table=table), return_name, "C205", "DOB", says)
    for column in ("HOME_POST", "PL_POST"):
        says = f"{column} is not a postcode, so its sector is left empty."
        query = UNREAL_POSTCODE.format(column=column)
        found += _rows(con, query, "lac_episode", "C216", column, says)
    return found + _codes_of_another_year(con, year)


def _rows(con, query: str, return_name: str, code: str, column: str, says: str) -> Found:
    """A finding for each row of the query, up to a thousand, and then one that counts the rest."""
    places = con.execute(f"select * from ({query}) limit {MOST_LISTED}").fetchall()
    more = con.execute(f"select count(*) from ({query})").fetchone()[0] - len(places)
    found = [Finding(code, "warning", says, *place, column) for place in places]
    if more:
        rest = f"{says} So in {more:,} more rows."
        found.append(Finding(code, "warning", rest, column_name=column))
    return [(return_name, finding) for finding in found]


def _no_header(con: duckdb.DuckDBPyConnection) -> Found:
    """One finding in place of one for each row."""
    says = "No Header rows were sent with these: sex, ethnicity and month of birth are not known."
    sent = [("lac_episode", "episodes"), ("la_missing", "missing")]
    rows = {name: con.execute(f"select count(*) from {table}").fetchone()[0] for name, table in sent}
    return [(name, Finding("903INT04", "warning", says)) for name, _ in sent if rows[name]]


def _against_header(con: duckdb.DuckDBPyConnection) -> Found:
    says = "The child has no Header row: sex, ethnicity and month of birth are not known."
    found = _rows(
        con,
        NOT_IN_HEADER.format(table="episodes"),
        "lac_episode",
        "903INT04",
        "CHILD",
        says,
    )
    found += _rows(
        con,
        NOT_IN_HEADER.format(table="missing"),
        "la_missing",
        "903INT04",
        "CHILD",
        says,
    )
    says = "The child stands in Header before; the first row is used."
    found += _rows(con, TWICE_IN_HEADER, "lac_episode", "903INT32", "CHILD", says)
    says = "DOB differs from the child's in Header; Header's is used."
    return found + _rows(con, OTHER_BIRTH, "la_missing", "903INT13", "DOB", says)


def _codes_of_another_year(con: duckdb.DuckDBPyConnection, year: int) -> Found:
    """One finding for each column that holds codes of other years: the codes are read all the same."""
    known = collection("ssda903")
    return [found for change in known.codes for found in _not_of_year(con, change, year)]


def _not_of_year(con: duckdb.DuckDBPyConnection, change: CodeChange, year: int) -> Found:
    now = codes_in(collection("ssda903"), change.table, change.column, year)
    if set(now) == set(change.codes):
        return []
    query = f"""select file, count(*), min(line) from {change.table}
        where list_contains(?, upper({change.column})) group by file order by file"""
    says = "{} holds {} in {:,} rows; in {} its codes are {}."
    codes, takes = "/".join(change.codes), ", ".join(now)
    return [
        (
            "lac_episode",
            Finding(
                "C215",
                "warning",
                says.format(change.column, codes, rows, financial_year(year), takes),
                file,
                None,
                line,
                change.column,
            ),
        )
        for file, rows, line in con.execute(query, [list(change.codes)]).fetchall()
    ]
