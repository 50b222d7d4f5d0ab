"""Returns in formats made by others: SSDA903 (CSV set and XML) and the children in need census."""

from __future__ import annotations

import re

from ingest.national.cin_xml import read_cin_xml
from ingest.national.ssda903_csv import kind_of, read_ssda903_csv
from ingest.national.ssda903_xml import read_ssda903_xml
from ingest.national.xml_records import text_of

__all__ = ["read_cin_xml", "read_ssda903_csv", "read_ssda903_xml", "recognise"]

# What may stand before the root; a DOCTYPE names the root, and the reader then refuses it for what it is.
PROLOGUE = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL,
)
OF_CENSUS = re.compile(r"<(?:[\w.-]+:)?(?:Collection>\s*CIN\s*<|Children[\s/>])")


def recognise(head: bytes, header: list[str] | None) -> str | None:
    """What a file is by its first bytes, or its header where it is a CSV; None where it is neither of ours.

    Answers `ssda903 csv`, `ssda903 xml` or `cin census xml`. Other collections share the census's root,
    so its Header or its Children must be seen too.
    """
    if header and kind_of(header):
        return "ssda903 csv"
    text = text_of(head)
    found = PROLOGUE.match(text)
    root = found[1] if found else None
    if root == "EXPSSDA903":
        return "ssda903 xml"
    if root == "Message" and OF_CENSUS.search(text):
        return "cin census xml"
    return None
