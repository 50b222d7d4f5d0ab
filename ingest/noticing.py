"""What is noticed of the batch before it is judged: rows said twice, codes of two ages."""

from __future__ import annotations

from expectations.batch import quoted, text_column
from expectations.standard import Return


def skip_repeats(connection, r: Return) -> dict[int, int]:
    """Take rows that stand twice word for word out of the batch, but for the first; how many, by submission."""
    keys = ", ".join(["submission_id", *(f'"{c}"' for c in r.primary_key)])
    texts = ", ".join(["submission_id", *(text_column(f) for f in r.fields)])
    connection.execute(
        f"create or replace temp table again as select rowid as row, submission_id, file, sheet, line, "
        f"row_number() over (partition by {texts} order by rowid) as n "
        f"from batch where ({keys}) in (select ({keys}) from batch group by all having count(*) > 1) qualify n > 1"
    )
    connection.execute(
        "insert into landing.findings select submission_id, file, sheet, line, null, null, 'R305', 'warning', "
        "'The same row stands here again, word for word; it was kept once.' from again"
    )
    connection.execute(
        "insert into landing.skipped select submission_id, file, sheet, 'the same row again, word for word', count(*) "
        "from again group by all"
    )
    connection.execute("delete from batch where rowid in (select row from again)")
    return dict(connection.execute("select submission_id, count(*) from again group by all").fetchall())


def note_mixed_codes(connection, r: Return, ons_codes: dict[str, str]) -> set[int]:
    """X22: old and new ONS codes of an area in one file; each is read as the DfE number. Whose files they are."""
    noted: set[int] = set()
    old, new = (", ".join(quoted(c) for c, age in ons_codes.items() if age == a) for a in ("old", "new"))
    for f in (f for f in r.fields if f.codes and f.codes.list == "la" and f.type == "string"):
        text = f"upper(trim({text_column(f)}))"
        rows = connection.execute(
            "insert into landing.findings select submission_id, any_value(file), any_value(sheet), null, ?, "
            f"string_agg(distinct {text}, ' ' order by {text}) filter ({text} in ({old}, {new})), 'X22', 'warning', "
            "'Old and new ONS codes stand in one file; both were read as the DfE number.' "
            f"from batch group by submission_id having bool_or({text} in ({old})) and bool_or({text} in ({new})) "
            "returning submission_id",
            [f.name],
        ).fetchall()
        noted |= {submission_id for (submission_id,) in rows}
    return noted


def note_other_routes(connection, run_id: str) -> None:
    """X405: an Annex A whose returns came by another route too, told with it the night the later of them came.

    Which one counts is decided where submissions are counted (dbt, stg_submissions), whatever came first.
    """
    connection.execute(
        "insert into landing.findings select a.submission_id, null, null, null, null, o.format || ' ' || o.period, 'X405', "
        "'information', 'This return came by another route for days of these twelve months; this Annex A''s rows of it "
        "are kept and do not count.' "
        "from landing.submissions a join landing.submissions o using (organisation_code, return_code) "
        "where a.format = 'annex_a' and o.format <> 'annex_a' and ? in (a.run_id, o.run_id) "
        "and a.status not in ('refused', 'duplicate', 'superseded') and o.status not in ('refused', 'duplicate', 'superseded') "
        "and o.period_start <= a.period_end and o.period_end > a.period_end - interval 1 year",
        [run_id],
    )
