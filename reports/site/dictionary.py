"""The data dictionary, written in Markdown, as the inside of a page."""

from __future__ import annotations

import re

ANCHOR = re.compile(r'<a id="([\w-]+)"></a>\s*')


def as_html(text: str):
    """Markdown as HTML, already safe: no HTML of its own is let through; an anchor becomes the id of its heading."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    lines, ids, waiting = [], {}, ""
    for number, line in enumerate(text.splitlines()):
        found = ANCHOR.fullmatch(line)
        waiting = found[1] if found else waiting
        if waiting and line.startswith("#"):
            ids[number], waiting = waiting, ""
        lines.append("" if found else line)
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse("\n".join(lines))
    _name_headings(tokens, ids)
    reader.add_render_rule("table_open", lambda *told: _scroll(*told))
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def _name_headings(tokens: list, ids: dict[int, str]) -> None:
    """Give each heading its id, and each table the words of the heading above it."""
    above, tables = "", 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open":
            above, tables = following.content.replace("`", ""), 0
            if name := ids.get(token.map[0]):
                token.attrSet("id", name)
        elif token.type == "table_open":
            tables += 1
            token.meta["label"] = f"{above}, table {tables}"
        elif token.type == "th_open":
            token.attrSet("scope", "col")


def _scroll(renderer, tokens, place, options, told) -> str:
    """A wide table scrolls in a box of its own, which can be reached by the keyboard."""
    from html import escape

    label = escape(tokens[place].meta["label"], quote=True)
    return f'<div class="scroll" role="group" aria-label="{label}" tabindex="0"><table>\n'
