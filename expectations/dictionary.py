"""The data dictionary, derived from the standard alone."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.standard import Field, Return
from expectations.template import KINDS, WEIGHTS, describe_codes

HEADER = """# Data dictionary

Derived by `warehouse sync`. Do not edit.

The returns of the standard format, their columns and their rules.
Children and adults appear under a pseudonym only; no return has names, addresses or free text.
"Sensitive" marks what identifies a person or an address: it reaches no table of figures.
"Personal" marks what describes a person: it may be counted. A finding repeats neither.
"""


def dictionary(returns: dict[str, Return]) -> str:
    """The whole dictionary as Markdown: contents, then one section for each return, in the order given."""
    contents = [f"- [{r.code} {r.title}](#{r.name})" for r in returns.values()]
    sections = [_section(r) for r in returns.values()]
    return "\n".join([HEADER, *contents, ""]) + "\n" + "\n".join(sections)


def _section(r: Return) -> str:
    lines = [
        f'<a id="{r.name}"></a>',
        "",
        f"## {r.code} `{r.name}`: {r.title}",
        "",
        _line(r.description),
        "",
        *_facts(r),
        "",
        *_table(("column", "written as", "required", "codes", "what it is"), map(_column, r.fields)),
        "",
    ]
    if r.rules:
        lines += [
            *_table(("rule", "what is said when it is broken", "what follows"), map(_rule, r.rules)),
            "",
        ]
    return "\n".join(lines)


def _facts(r: Return) -> list[str]:
    periods = " or ".join(p.replace("_", " ") for p in r.periods)
    facts = [
        f"- Version {r.version}; sent by {', '.join(r.organisations)}",
        f"- For a {periods}; due {r.due_days} days after it ends",
        f"- One row is known by `{', '.join(r.primary_key)}`; it belongs to a period by `{r.event_date or r.primary_key[0]}`",
        f"- A later return restates it by `{', '.join(r.restates.identity)}`{_open_between(r)}",
        f"- Kept for {r.retention.years} years from `{r.retention.since}`",
        f"- More than {r.refuse_above:.0%} of rows in error: the file is refused",
    ]
    for key in r.foreign_keys:
        facts.append(
            f"- `{', '.join(key.fields)}` stands in `{key.resource}` ({WEIGHTS[key.severity]} if not)"
        )
    return facts


def _open_between(r: Return) -> str:
    return f", from `{r.restates.start}` to `{r.restates.end}`" if r.restates.start else ""


def _column(f: Field) -> tuple[str, ...]:
    needed = "yes" if f.required else ""
    kind = " Sensitive." if f.sensitive else " Personal." if f.personal else ""
    what = f"{f.title}. {f.description}{kind}"
    also = f" Also taken as: {', '.join(f.aliases)}." if f.aliases else ""
    holds = "; ".join(part for part in (describe_codes(f), _limits(f)) if part)
    return f"`{f.name}`", KINDS[f.type], needed, holds, what + also


def _limits(f: Field) -> str:
    """What else a value must keep to, as `from 0 to 5`; empty where there is nothing."""
    parts = [
        f"from {f.minimum:g}" if f.minimum is not None else "",
        f"to {f.maximum:g}" if f.maximum is not None else "",
        f"at most {f.max_length} characters" if f.max_length else "",
        f"form `{f.pattern}`" if f.pattern else "",
        "no value twice" if f.unique else "",
    ]
    return " ".join(p for p in parts if p)


def _rule(rule) -> tuple[str, str, str]:
    return rule.code, rule.says, WEIGHTS[rule.severity]


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    headings = tuple(headings)
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return lines + [f"| {' | '.join(_line(cell) for cell in row)} |" for row in rows]


def _line(text: str) -> str:
    """The text on one line, with the bar that would end a cell escaped."""
    return " ".join(text.split()).replace("|", "\\|")
