"""Returns in formats made by others: SSDA903 (CSV set and XML), the censuses of children in need and of the
social work workforce (XML), and Ofsted's Annex A (XLSX)."""

from __future__ import annotations

import re
from importlib import import_module

# Each is loaded when it is first asked for: a night, and who reads one format, needs few of them.
READ_BY = {
    "cin_parts": "cin_xml",
    "is_annex_a": "annex_a_sheets",
    "joined_cin": "cin_xml",
    "read_annex_a": "annex_a",
    "read_cin_part": "cin_xml",
    "read_cin_xml": "cin_xml",
    "read_csww_xml": "csww_xml",
    "read_ssda903_csv": "ssda903_csv",
    "read_ssda903_xml": "ssda903_xml",
}
# What may stand before the root; a DOCTYPE names the root, and the reader then refuses it for what it is.
# What was passed over is not tried again in another way: else a file of some hundred bytes would take minutes.
PROLOGUE = re.compile(
    r"\s*+(?:(?><\?.*?\?>|<!--.*?-->)\s*+)*+<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL,
)
OF_WORKFORCE = re.compile(r"<(?:[\w.-]+:)?(?:Collection>\s*CSWW\s*<|(?:LALevelVacancies|CSWWWorker)[\s/>])")
OF_CENSUS = re.compile(r"<(?:[\w.-]+:)?(?:Collection>\s*CIN\s*<|Children[\s/>])")


def __getattr__(name: str):
    if name not in READ_BY:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{READ_BY[name]}"), name)


def recognise(head: bytes, header: list[str] | None) -> str | None:
    """What a file is by its first bytes, or its header where it is a CSV; None where it is neither of ours.

    Answers `ssda903 csv`, `ssda903 xml`, `cin census xml` or `csww xml`. Censuses share one root, so a
    Header or elements of their own must be seen too. (An Annex A is known once it is open: `is_annex_a`.)
    """
    from ingest.national.ssda903_csv import kind_of
    from ingest.national.xml_records import text_of

    if header and kind_of(header):
        return "ssda903 csv"
    text = text_of(head)
    found = PROLOGUE.match(text)
    root = found[1] if found else None
    if root == "EXPSSDA903":
        return "ssda903 xml"
    if root == "Message" and OF_CENSUS.search(text):
        return "cin census xml"
    if root == "Message" and OF_WORKFORCE.search(text):
        return "csww xml"
    return None
