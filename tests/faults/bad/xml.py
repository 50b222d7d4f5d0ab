"""XML that is no census, or is made to harm who reads it (C of the matrix)."""

from __future__ import annotations

from pathlib import Path

from tests.faults.bad import PLANTED, makes, put

PLACE = "ROT/2023-24"
HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>"
    "<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails>"
    "<Source><SourceLevel>L</SourceLevel><LEA>372</LEA></Source></Header>"
)
CHILD = """<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><PersonBirthDate>2010-02-05</PersonBirthDate>
<Sex>F</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
<CINdetails><CINreferralDate>{day}</CINreferralDate><ReferralSource>6</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>1</ReferralNFA></CINdetails>
</Child>
"""
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def census(
    children: int = 1, year: str = "2024", head: str = DECLARATION, root: str = "Message", **days: str
) -> str:
    """A census of children with one referral each; `child17` gives the day of the seventeenth's."""
    sent = (
        CHILD.format(id=f"A{n}", day=days.get(f"child{n}", f"{int(year) - 1}-05-01"))
        for n in range(1, children + 1)
    )
    header = HEADER.format(year=year)
    return f"{head}<{root}>\n{header}\n<Children>\n{''.join(sent)}</Children>\n</{root.partition(' ')[0]}>\n"


def with_doctype(inside: str, text: str = PLANTED) -> str:
    """A census whose second line is a DOCTYPE, and whose first value calls for what that declares."""
    return census(head=f"{DECLARATION}<!DOCTYPE Message {inside}>\n").replace(">A1<", f">{text}<")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
# What each bad census holds, by the name of its row.
SENT: dict[str, str | bytes] = {
    "58-http": with_doctype('[<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]', "&a;"),
    "59": with_doctype(f'[<!ENTITY l0 "{PLANTED}">{LAUGHS}]', "&l9;"),
    "59-quadratic": with_doctype(f'[<!ENTITY a "{"x" * 50_000}">]', "&a;" * 20_000),
    "60": with_doctype('SYSTEM "census.dtd"'),
    "61": census().replace("<Child>", "<Child>" + "<a>" * 300_000, 1),
    "61-attribute": census().replace("<Child>", f'<Child a="{"x" * (20 << 20)}">', 1),
    "62": census(root=f'Message xmlns="urn:{PLANTED.split()[0]}"'),
    "62-root": census(root="Census"),
    "62-year": census(year="1999"),
    "62-no-year": census().replace("<Year>2024</Year>", ""),
    "63": census().replace("</CINdetails>", f"</{PLANTED.split()[0]}>"),
    "63-cut": census()[:-40],
    "64": census(head=DECLARATION.replace("UTF-8", "UTF-16")),
    "64-bytes": census().replace(">A1<", f">{PLANTED}\xe9<").encode("cp1252"),
}
JUDGED = ("59", "60", "61", "62", "63", "64")


def _sends(name: str) -> None:
    makes(name)(lambda inbox: put(inbox, SENT[name], "bad.xml", PLACE))


for _name in JUDGED:
    _sends(_name)


@makes("58")
def a_file_of_this_machine(inbox: Path) -> None:
    """The value of the first child is what stands in a file beside the inbox."""
    canary = inbox.parent / "canary.txt"
    canary.write_text(PLANTED, encoding="utf-8")
    put(inbox, with_doctype(f'[<!ENTITY a SYSTEM "{canary.as_uri()}">]', "&a;"), "bad.xml", PLACE)
