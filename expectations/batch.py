"""The rows to be checked: a table of the connection, each column typed and, beside it, as it was sent."""

from __future__ import annotations

from expectations import personal_data, spoilt
from expectations.standard import Field, Return

Aliases = dict[str, dict[str, str]]
# How long the text of a value is, how the whole of it is told, and its type.
AS_WRITTEN = {
    "date": ("= 10", "{0}", "date"),
    "yearmonth": ("= 7", "({0} || '-01')", "date"),
    "integer": ("< 19", "{0}", "bigint"),
}


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def text_column(f: Field) -> str:
    """The column that holds the value as sent; a plain text is kept once."""
    return f'"{f.name}"' if _is_plain(f) else f'"{f.name}__text"'


def _is_plain(f: Field) -> bool:
    return f.type == "string" and not (f.codes or f.enum)


def _aliased(text: str, aliases: dict[str, str]) -> str:
    if not aliases:
        return text
    pairs = ", ".join(f"{quoted(a)}: {quoted(c)}" for a, c in sorted(aliases.items()))
    return f"coalesce(map_extract_value(MAP {{{pairs}}}, {text}), {text})"


def typed(f: Field, sent: str, aliases: Aliases, are_many: bool = False) -> str:
    """SQL for the value of a column from its text; NULL where the text cannot be one.

    Where there `are_many` rows it is asked at more length, which takes longer to plan and half as long for each.
    """
    text = f"nullif(trim({sent}), '')"
    if are_many and f.type == "string":
        # That letters of one byte have no blanks at their ends is seen sooner than by trimming.
        bare = f"{sent} >= '!' and not ends_with({sent}, ' ') and strlen({sent}) = length({sent})"
        text = f"case when {bare} then {sent} else {text} end"
    value = _typed(f, text, aliases)
    return _as_written(sent, value, *AS_WRITTEN[f.type]) if are_many and f.type in AS_WRITTEN else value


def _as_written(sent: str, other: str, length: str, whole: str, sql_type: str) -> str:
    """The value whose own text is what was sent, as most are; `other` where it is not."""
    text = whole.format(sent)
    value = f"try_cast({text} as {sql_type})"
    return f"case when strlen({sent}) {length} and cast({value} as varchar) = {text} then {value} else {other} end"


def _typed(f: Field, text: str, aliases: Aliases) -> str:
    known = aliases.get(f.codes.list, {}) if f.codes else {}
    match f.type:
        case "string" if f.codes or f.enum:
            return _aliased(f"upper({text})", known)
        case "string":
            return text
        case "array":
            text = f"upper({text})" if f.codes else text
            parts = f"list_transform(string_split({text}, ';'), lambda x: trim(x))"
            return f"list_filter({parts}, lambda x: x <> '')"
        case "date":
            return _date(text)
        case "datetime":
            whole = r"'\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)'"
            return f"case when regexp_full_match({text}, {whole}) then try_cast({text} as timestamptz) end"
        case "yearmonth":
            return rf"case when regexp_full_match({text}, '\d{{4}}-\d\d') then try_cast({text} || '-01' as date) end"
        case "integer":
            return (
                rf"case when regexp_full_match({text}, '[+-]?\d{{1,18}}') then try_cast({text} as bigint) end"
            )
        case "number":
            return (
                rf"case when regexp_full_match({text}, '[+-]?\d{{1,13}}(\.\d+)?') "
                f"then try_cast({text} as decimal(18, 4)) end"
            )


def _date(text: str) -> str:
    """ISO, or day first where Excel re-typed it; a lone time of midnight is no part of a date."""
    iso = rf"case when regexp_full_match({text}, '\d{{4}}-\d\d-\d\d([T ]00:00(:00)?)?') "
    uk = rf"when regexp_full_match({text}, '\d\d/\d\d/\d{{4}}') "
    return (
        f"{iso}then try_cast(left({text}, 10) as date) {uk}"
        f"then cast(try_strptime({text}, '%d/%m/%Y') as date) end"
    )


def columns(
    r: Return, sent: dict[str, str], aliases: Aliases, defaults: dict[str, str], are_many: bool = False
) -> str:
    """The select list of a batch: every column of the return, typed, and as sent where that differs; and room
    for what `look_over` finds in its columns.

    `sent` gives the SQL of each column the file has; the rest are NULL, or the default.
    """
    out = []
    for f in r.fields:
        given = sent.get(f.name, "cast(null as varchar)")
        value = typed(f, given, aliases, are_many)
        if f.name in defaults:
            value = f"case when nullif(trim({given}), '') is null then {defaults[f.name]} else {value} end"
        out.append(f'{value} as "{f.name}"')
        if not _is_plain(f):
            out.append(f'{given} as "{f.name}__text"')
    out.append(f"cast(null as varchar) as {personal_data.MARK}")
    return ", ".join(out)


def look_over(connection, r: Return) -> None:
    """Mark the rows of `batch` whose columns look like personal data or are spoilt: asked once for all files of a
    return, because DuckDB takes longer to read the question than to answer it for a file of a few rows."""
    texts = {f.name: text_column(f) for f in r.fields}
    asked = [m for m in (personal_data.mark(r, texts), spoilt.mark(r, texts)) if m]
    gate, found = " or ".join(g for g, _ in asked), " || ".join(f for _, f in asked)
    connection.execute(f"update batch set {personal_data.MARK} = nullif({found}, '') where {gate}")
    spoilt.mark_mixed_dates(connection, r, texts, personal_data.MARK)
