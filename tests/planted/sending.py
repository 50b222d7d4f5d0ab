"""The planted children on every path there is: each kind of file, good rows, bad rows, and files that are none."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlsxwriter

from expectations.standard import standard
from tests.planted.children import Planted, planted

EACH = 400
SEEDS = Path(__file__).parents[2] / "seeds"
RETURNS = Path(__file__).parents[2] / "expectations" / "returns"


def send(inbox: Path) -> set[str]:
    """Fill an inbox → every value that must be found nowhere afterwards."""
    groups = [planted(n * EACH, EACH) for n in range(5)]
    identity(inbox / "ROT" / "2024-03-31", groups[0], "ROT")
    identity(inbox / "SYP" / "2023-24", groups[0][: EACH // 2] + groups[1], "SYP", as_workbook=True)
    looked_after(inbox / "SHE" / "2023-24" / "ssda903", groups[2])
    in_need(inbox / "DON" / "2023-24", groups[3])
    annex_a(inbox / "BAR" / "2024-03-31", groups[4][: EACH // 2])
    misplaced(inbox / "SYP" / "2024-05", groups[4][EACH // 2 :])
    no_returns(inbox / "RHI", groups[4][:40])
    return set().union(*(child.telling for group in groups for child in group)) - _said_by_us()


def _said_by_us() -> set[str]:
    """Days that stand in the seeds or the standard by themselves."""
    ours = [*SEEDS.glob("*.csv"), *RETURNS.glob("*.yml")]
    return {day for path in ours for day in re.findall(r"\d{4}-\d\d-\d\d", path.read_text("utf-8"))}


def _csv(path: Path, header: list[str], rows: list[list], more: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    write.writerows([header, *rows])
    path.write_text(text.getvalue() + more, "utf-8")


def identity(folder: Path, children: list[Planted], sender: str, as_workbook: bool = False) -> None:
    """An identity return: good rows, rows in error, and a line that has come apart."""
    header = list(standard()["person_identity"].column_names)
    rows = [_identity(c, sender, number) for number, c in enumerate(children)]
    rows = [[row.get(name, "") for name in header] for row in rows]
    if as_workbook:
        folder.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(folder / "children.xlsx") as book:
            page = book.add_worksheet("person_identity")
            for number, row in enumerate([header, *rows]):
                for column, value in enumerate(row):
                    page.write_string(number, column, str(value))
        return
    child = children[0]
    apart = f"R9,{child.forename},{child.surname},{child.birth_date},{child.nhs_number}\n"
    _csv(folder / "children.csv", header, rows, apart)


def _identity(c: Planted, sender: str, number: int) -> dict:
    row = {
        "record_ref": f"{sender}{number}",
        "local_id": c.local_id,
        "person_key": c.person_key if sender == "SYP" else "",
        "person_key_scheme": "SY1" if sender == "SYP" else "",
        "forenames": c.forename,
        "surname": c.surname,
        "birth_date": c.birth_date.isoformat(),
        "sex": "F",
        "postcode": c.postcode,
        "nhs_number": c.nhs_number if number % 3 else "",
        "upn": c.upn,
        "valid_from": "2023-04-01",
    }
    if number % 40 == 7:  # a birth date that is none, with a name where the postcode belongs
        row |= {"birth_date": f"{c.birth_date} ?", "postcode": c.surname}
    return row


def looked_after(folder: Path, children: list[Planted]) -> None:
    """An SSDA903 set: local numbers, birth dates, UPNs and postcodes."""
    born = [f"{c.birth_date:%d/%m/%Y}" for c in children]
    header = [[c.local_id, 2, b, "WBRI", c.upn, "", ""] for c, b in zip(children, born, strict=True)]
    _csv(folder / "header.csv", ["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"], header)
    columns = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
    stays = [
        [c.local_id, "05/05/2023", "S", "C2", "N1", "U6", "PR1", "", "", "", c.postcode, c.postcode, ""]
        for c in children
    ]
    stays[3][1] = f"{children[3].surname}"  # a name where a date belongs
    _csv(folder / "episodes.csv", columns.split(","), stays)
    gone = [[c.local_id, b, "M", "10/05/2023", "12/05/2023"] for c, b in zip(children, born, strict=True)]
    _csv(folder / "missing.csv", ["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"], gone[:50])


CENSUS = """<?xml version="1.0" encoding="UTF-8"?>
<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year>
<ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>371</LEA><SoftwareCode>x</SoftwareCode><Release>1</Release>
<SerialNo>001</SerialNo><DateTime>2024-04-12T09:00:00Z</DateTime></Source></Header><Children>
{children}
</Children></Message>
"""
CHILD = """<Child><ChildIdentifiers><LAchildID>{c.local_id}</LAchildID><UPN>{c.upn}</UPN>
<PersonBirthDate>{c.birth_date}</PersonBirthDate><GenderCurrent>2</GenderCurrent></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
<CINdetails><CINreferralDate>{referred}</CINreferralDate><ReferralSource>3E</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>0</ReferralNFA></CINdetails></Child>"""


def in_need(folder: Path, children: list[Planted]) -> None:
    """A CIN census: local numbers, UPNs and birth dates; one referral with a name where its date belongs."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [CHILD.format(c=c, referred=c.surname if n == 5 else "2023-06-01") for n, c in enumerate(children)]
    (folder / "cin.xml").write_text(CENSUS.format(children="\n".join(told)), "utf-8")


WHO = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age")
BY = ("Allocated Team", "Allocated Worker")
LIST_3 = (
    *WHO,
    "Date of Referral",
    "Referral Source",
    "Referral NFA?",
    "Number of Referrals in Last 12 Months",
    *BY,
)
LIST_1 = (*WHO, "Date of Contact", "Contact Source")


def annex_a(folder: Path, children: list[Planted]) -> None:
    """Two lists of an Annex A; workers' names are names too."""
    folder.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, header in (("List 1", LIST_1), ("List 3", LIST_3)):
        page = book.create_sheet(name)
        page.append(header)
        for c in children:
            born = datetime.combine(c.birth_date, datetime.min.time())
            who = [c.local_id, "b) Female", "a) WBRI", born, 14]
            day = datetime(2023, 7, 3)
            page.append(
                [*who, day, "1A"]
                if name == "List 1"
                else [*who, day, "1A: Individual", "b) No", 1, "Team", f"{c.forename} {c.surname}"]
            )
    book.save(folder / "annex-a.xlsx")


def misplaced(folder: Path, children: list[Planted]) -> None:
    """A police return with what identifies a child where codes and references belong."""
    r = standard()["pol_missing_episode"]
    places = (
        "record_ref",
        "episode_ref",
        "risk_level_initial",
        "placement_urn",
        "missing_from",
        "ethnicity_code",
    )
    rows = []
    for n, c in enumerate(children):
        row = dict(r.accepted) | {"record_ref": f"R{n}", "episode_ref": f"M{n}", "person_key": c.person_key}
        values = (
            f"{c.forename} {c.surname}",
            c.nhs_number,
            c.postcode,
            f"{c.forename}@{c.surname}.example",
            c.local_id + " " + c.surname,
        )
        if n % 4 == 0:
            row[places[n // 4 % len(places)]] = values[n // 4 % len(values)]
        rows.append([row.get(name, "") for name in r.column_names])
    c, header = children[1], list(r.column_names)
    _csv(folder / "pol_missing_episode.csv", header, rows, f"x,{c.surname},{c.nhs_number}\n")
    open_quote = f'x,"{c.surname},{c.nhs_number}\n'
    _csv(folder.parent / "2024-06" / "pol_missing_episode.csv", header, rows[:20], open_quote)


def no_returns(folder: Path, children: list[Planted]) -> None:
    """Files that are no return at all, and one that breaks off."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [[c.forename, c.surname, c.birth_date, c.nhs_number] for c in children]
    _csv(folder / "our list.csv", ["First name", "Last name", "Born", "NHS"], told)
    (folder / "letter.csv").write_text(
        "\n".join(f"Dear {c.forename} {c.surname}, born {c.birth_date}" for c in children)
    )
    (folder / "broken.xlsx").write_bytes(
        b"PK\x03\x04" + " ".join(c.surname for c in children).encode("utf-16-le")
    )
    (folder / "half.xml").write_text(
        CENSUS.format(children=CHILD.format(c=children[0], referred=date(2023, 6, 1)))[:-60]
    )
