"""The texts that cells of a workbook share, as the library has them: read from the text of their part where it is plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import fromstring, iterparse

from ingest.excel_plain import LONGEST, MAIN, OPENING, NotPlain, seen

SHARED_OPENING = re.compile(OPENING.pattern.replace("worksheet", "sst"))
SHARED = re.compile(r'<si><t(?: xml:space="preserve")?>([^<\r]*)</t></si>')
SHARED_END, ALL_END = "</si>", "</sst>"
TAGS = 4  # of a shared text
ESCAPE = "x005F_"  # the library takes it out of every shared text


def strings(open_part: Callable) -> list[str]:
    """The texts that cells share, as the library has them; those of a part with rich text by the library itself."""
    with open_part() as file:
        try:
            return list(plain(file))
        except NotPlain:
            pass
    with open_part() as file:
        return list(_strings(file))


def _strings(file) -> Iterator[str]:
    from openpyxl.cell.text import Text
    from openpyxl.xml.constants import SHEET_MAIN_NS

    item, plain = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"
    for _, node in iterparse(file):
        if node.tag == item:
            is_plain = len(node) == 1 and node[0].tag == plain and len(node[0]) == 0
            text = node[0].text or "" if is_plain else Text.from_tree(node).content
            yield text.replace(ESCAPE, "")
            node.clear()


def plain(file) -> Iterator[str]:
    """The texts that cells share, of a part where each is plain; raises NotPlain."""
    text = seen(file)
    opening = ""
    for block in text:
        opening += block
        if "<si>" in opening or len(opening) > LONGEST:
            break
    opened = SHARED_OPENING.fullmatch(opening[: opening.find("<si>")])
    if not opened or opened[1].count("xmlns=") != 1 or f'xmlns="{MAIN}"' not in opened[1]:
        raise NotPlain
    left = opening[opened.end() :]
    while True:
        whole, end, left = left.rpartition(SHARED_END)
        yield from _shared(whole + end)
        block = next(text, None)
        if block is None:
            break
        left += block
        if len(left) > LONGEST:
            raise NotPlain
    if left.strip() != ALL_END:
        raise NotPlain


def _shared(items: str) -> list[str]:
    found = SHARED.findall(items)
    if items.count("<") != TAGS * len(found):
        raise NotPlain
    if "&" in items:
        found = [fromstring(f"<t>{one}</t>").text or "" if "&" in one else one for one in found]
    return [one.replace(ESCAPE, "") for one in found] if ESCAPE in items else found
