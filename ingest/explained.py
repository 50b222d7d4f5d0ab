"""Where explanations stand: what names a warning to its sender, which word on it is the latest, and what is carried on."""

from __future__ import annotations

from expectations.standard import Return, standard

# f is a finding, s its submission: the same for ever, and another for every other finding or file.
REFERENCE = (
    "f.submission_id || '-' || left(sha256(concat_ws(chr(31), s.sha256, f.rule_code, coalesce(f.file, ''), "
    "coalesce(f.sheet, ''), coalesce(cast(f.line as varchar), ''), coalesce(f.column_name, ''))), 12)"
)
PLACE = ("rule_code", "file", "sheet", "line", "column_name")
LATEST = f"""
    (from landing.explanations qualify row_number() over (
        partition by submission_id, {", ".join(PLACE)} order by received_at desc, reply_submission_id desc) = 1)"""
NONE = """
    (select null::bigint as submission_id, null as rule_code, null as file, null as sheet, null::bigint as line,
        null as column_name, null as reason, null as explanation, null::timestamptz as received_at,
        null::bigint as carried_from_submission_id where false)"""
KEPT = (
    "reply_submission_id, submission_id, organisation_code, rule_code, file, sheet, line, column_name, reason, "
    "explanation, received_at, run_id, carried_from_submission_id"
)
CARRY = """
with said as (
    select e.*, {record} as record, {value_e} as sent
    from {latest} as e
    join landing.submissions as s using (submission_id)
    join accepted.{name} as a on {at_e}
    where s.return_name = '{name}' and e.line is not null
    qualify row_number() over (partition by s.organisation_code, e.rule_code, e.column_name, record, sent
        order by e.received_at desc, e.reply_submission_id desc, e.carried_from_submission_id nulls first) = 1
),
unexplained as (
    select f.*, s.organisation_code, {record} as record, {value_f} as sent
    from landing.findings as f
    join landing.submissions as s using (submission_id)
    join accepted.{name} as a on {at_f}
    where s.return_name = '{name}' and f.severity = 'warning' and s.status not in ('refused', 'duplicate')
        and not exists (select 1 from landing.explanations as e where {e_is_f})
)
select said.reply_submission_id, f.submission_id, f.organisation_code, f.rule_code, f.file, f.sheet, f.line,
    f.column_name, said.reason, said.explanation, said.received_at, ?, said.submission_id
from unexplained as f join said
    on said.organisation_code = f.organisation_code and said.rule_code = f.rule_code
    and said.column_name is not distinct from f.column_name
    and said.record = f.record and said.sent is not distinct from f.sent"""


def same_place(one: str, other: str) -> str:
    """SQL, true where two of findings and explanations are about the same."""
    same = [f"{one}.submission_id = {other}.submission_id"]
    return " and ".join(same + [f"{one}.{c} is not distinct from {other}.{c}" for c in PLACE])


def latest(connection) -> str:
    """SQL for the latest explanation of each warning; of none in a warehouse of a version that had none."""
    there = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'landing' and table_name = 'explanations' "
        "and database_name = current_database()"
    ).fetchone()[0]
    return LATEST if there else NONE


def carry(connection, run_id: str) -> int:
    """Explain warnings of other submissions in the words already given for the same record → how many.

    The same: of the same organisation and return, by the same rule and column, with the same value there. What
    was explained of one value says nothing of another, nor of a whole file.
    """
    returns = standard()
    explained = connection.execute(
        "select distinct return_name from landing.explanations join landing.submissions using (submission_id) order by all"
    ).fetchall()
    return sum(_carry(connection, returns[name], run_id) for (name,) in explained if name in returns)


def _carry(connection, r: Return, run_id: str) -> int:
    named = (f"coalesce(cast(a.\"{c}\" as varchar), '')" for c in r.restates.identity)
    sql = CARRY.format(
        name=r.name,
        latest=LATEST,
        record=f"concat_ws(chr(31), {', '.join(named)})",
        value_e=_value(r, "e"),
        value_f=_value(r, "f"),
        at_e=_at("e"),
        at_f=_at("f"),
        e_is_f=same_place("e", "f"),
    )
    return connection.execute(f"insert into landing.explanations ({KEPT}) {sql}", [run_id]).fetchone()[0]


def _value(r: Return, about: str) -> str:
    """SQL for what stands in the column that a finding or explanation is about."""
    whens = (f"when '{f.name}' then cast(a.\"{f.name}\" as varchar)" for f in r.fields)
    return f"case {about}.column_name {' '.join(whens)} end"


def _at(other: str) -> str:
    """SQL, true where an accepted row is the one a finding or explanation is about."""
    same = (f"a.{c} is not distinct from {other}.{c}" for c in ("file", "sheet", "line"))
    return f"a.submission_id = {other}.submission_id and {' and '.join(same)}"
