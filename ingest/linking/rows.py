"""Identity rows made comparable: one spelling of names, postcodes and numbers, one node for each key."""

from __future__ import annotations

import csv
from pathlib import Path

SHORT_NAMES = Path(__file__).parent / "short_names.csv"

# The check digit of an NHS number: weights 10 to 2, modulus 11.
NHS_SUM = " + ".join(f"substr(n, {place}, 1)::int * {11 - place}" for place in range(1, 10))
# A number on more keys than this was typed to fill a field.
FILLER = 20
# Nor are these names or birthdays, though forms hold them.
NO_NAMES = (
    "'UNKNOWN', 'NOTKNOWN', 'UNK', 'UNBORN', 'BABY', 'INFANT', 'NONE', 'NOTGIVEN', 'NOTSTATED', 'NA', 'TEST'"
)
NO_BIRTHDAY = "1900-01-01"
MACROS = f"""
create or replace temp macro lk_letters(t) as nullif(regexp_replace(strip_accents(upper(t)), '[^A-Z]', '', 'g'), '');
create or replace temp macro lk_name(t) as case when lk_letters(t) not in ({NO_NAMES}) then lk_letters(t) end;
create or replace temp macro lk_words(t) as list_filter(
    string_split_regex(strip_accents(upper(replace(t, '''', ''))), '[^A-Z]+'), lambda w: w <> '');
create or replace temp macro lk_nhs_ok(n) as
    (11 - ({NHS_SUM}) % 11) % 11 = substr(n, 10, 1)::int and n <> repeat(n[1], 10);
create or replace temp macro lk_digits(t) as nullif(regexp_replace(t, '[^0-9]', '', 'g'), '');
"""


def prepare(connection) -> None:
    """Make `lk_keys` (a node for each scheme and key, in their order) and `lk_rows` (each identity row once).

    A row that stands for several keys belongs to the first of them; `lk_same` says which keys share a row.
    """
    connection.execute(MACROS)
    connection.execute(
        """
        create or replace temp table lk_keys as
        select row_number() over (order by person_key_scheme, person_key)::int as node,
            person_key_scheme, person_key, list_sort(list(distinct organisation_code)) as organisations
        from people group by person_key_scheme, person_key;
        create or replace temp table lk_held as
        select distinct p.record_id, k.node from people as p
        inner join lk_keys as k using (person_key_scheme, person_key);
        create or replace temp table lk_same as
        select distinct a.node as l, b.node as r from lk_held as a inner join lk_held as b using (record_id)
        where a.node = (select min(c.node) from lk_held as c where c.record_id = a.record_id) and a.node < b.node
        """
    )
    connection.execute(_rows())
    connection.execute("create or replace temp table lk_short (short varchar, forenames varchar[])")
    connection.execute(
        "insert into lk_short select unnest(?::varchar[]), unnest(?::varchar[][])", _short_names()
    )
    connection.execute(
        """
        alter table lk_rows add column rows_named bigint;
        alter table lk_rows add column full_names varchar[];
        update lk_rows set rows_named = n, full_names = names from (
            select f.forename as f, count(*) as n, [f.forename] || coalesce(any_value(s.forenames), []) as names
            from lk_rows as f left join lk_short as s on f.forename = s.short group by f.forename
        ) where forename = f
        """
    )


def _short_names() -> list[list]:
    """Short forms, and the names each may stand for."""
    found: dict[str, list[str]] = {}
    with SHORT_NAMES.open(encoding="utf-8", newline="") as file:
        for pair in csv.DictReader(file):
            found.setdefault(pair["short"], []).append(pair["forename"])
    return [list(found), list(found.values())]


def _rows() -> str:
    """A number that fails its check or stands on many keys, a name without letters, an unknown sex: missing."""
    return f"""
        create or replace temp table lk_rows as
        with
            first as (
                select p.*, min(k.node) over (partition by record_id) as node, lk_words(forenames) as words,
                    list_filter(lk_words(surname), lambda w: length(w) > 2) as surname_parts,
                    lk_digits(nhs_number) as n,
                    regexp_replace(upper(upn), '[^A-Z0-9]', '', 'g') as u,
                    nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as home
                from people as p inner join lk_keys as k using (person_key_scheme, person_key)
                qualify k.node = min(k.node) over (partition by record_id)
            )
        select record_id as unique_id, node,
            case when lk_name(forenames) is not null then lk_name(words[1]) end as forename,
            lk_name(surname) as surname, surname_parts,
            nullif(p.birth_date, date '{NO_BIRTHDAY}') as birth_date,
            strftime(nullif(p.birth_date, date '{NO_BIRTHDAY}'), '%Y-%m-%d') as born,
            case when upper(sex[1]) in ('M', 'F') then upper(sex[1]) end as sex,
            home as postcode, left(home, -2) as sector, left(home, -3) as district,
            case when length(n) = 10 then case when lk_nhs_ok(n) then n end end as nhs_number,
            case when regexp_matches(u, '^[A-Z][0-9]{{12}}$') then u end as upn
        from first as p qualify row_number() over (partition by record_id) = 1;
        update lk_rows set nhs_number = null where nhs_number in (
            select nhs_number from lk_rows group by nhs_number having count(distinct node) > {FILLER});
        update lk_rows set upn = null where upn in (
            select upn from lk_rows group by upn having count(distinct node) > {FILLER})
    """


def tables(connection) -> set[str]:
    """The tables and views there are, temporary ones too."""
    return {
        name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()
    }


def forget(connection, kept: set[str]) -> None:
    """Drop every table but those named: the names in them are not needed again."""
    found = connection.execute("select table_name, table_type from information_schema.tables").fetchall()
    for name, kind in found:
        if name not in kept:
            connection.execute(f'drop {"view" if kind == "VIEW" else "table"} if exists "{name}"')
