"""docs/findings.md says of every code there is what it means and what to do, and of none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent.parent
CODE = re.compile(r"(?<!noqa: )\b([FSCPXRE][0-9]{3})\b")
SPAN = re.compile(r"\b([FSCPXR])([0-9]{3}) to \1([0-9]{3})\b")


def written(page: str) -> set[str]:
    """Every code of the page; `P001 to P007` is seven."""
    spans = {f"{letter}{n:03}" for letter, a, b in SPAN.findall(page) for n in range(int(a), int(b) + 1)}
    return spans | set(CODE.findall(page))


def test_every_code_of_ours_is_on_the_page_and_no_other():
    rooms = [*(HERE / "ingest").rglob("*.py"), *(HERE / "expectations").glob("*.py")]
    ours = {code for path in rooms for code in CODE.findall(path.read_text("utf-8"))}
    assert written((HERE / "docs" / "findings.md").read_text("utf-8")) == ours
