"""What the tests of the national formats share: files made by hand, rows read back, samples found."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from ingest.reading import Reading, Sent, Table

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


@pytest.fixture
def send(tmp_path):
    """Writes a file as an agency would send it; text is UTF-8, bytes stay as they are."""

    def write(name: str, content: str | bytes) -> Sent:
        path = tmp_path / "sent" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return Sent(path, name)

    return write


@pytest.fixture
def out(tmp_path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def rows(table: Table) -> list[dict[str, str]]:
    """The canonical rows in the order of their lines, after proving that the file is as the table says."""
    raw = table.data.read_bytes()
    assert b"\r" not in raw and raw.count(b"\n") == table.rows + 1
    with table.data.open(encoding="utf-8", newline="") as f:
        read = csv.DictReader(f)
        found = list(read)
    assert tuple(read.fieldnames) == ("file", "sheet", "line", "raw", *table.columns)
    assert len(found) == table.rows
    assert sum(bool(row["raw"]) for row in found) == table.broken
    assert all(row[column] == row[other] for row in found for column, other in table.same)
    return sorted(found, key=lambda row: int(row["line"]))


@pytest.fixture
def rows_of():
    def find(reading: Reading, name: str) -> list[dict[str, str]]:
        return rows(next(table for table in reading.tables if table.return_name == name))

    return find


@pytest.fixture
def samples():
    """The folder of samples made by others; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        if not (SAMPLES / name).exists():
            pytest.skip(f"the sample {name} is not beside this checkout")
        return SAMPLES / name

    return find


# The headers of the lists that feed returns, as councils write them; not taken from what the reader declares.
WHO = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age")
BY = ("Allocated Team", "Allocated Worker")
ABLE = "Does the Child have a Disability"
LISTS = {
    "List 1": (*WHO, "Date of Contact", "Contact Source"),
    "List 2": (
        *WHO,
        "Assessment start date",
        "Assessment completion date",
        "Organisation completing assessment",
    ),
    "List 3": (
        *WHO,
        "Date of Referral",
        "Referral Source",
        "Referral NFA?",
        "Number of Referrals in Last 12 Months",
        *BY,
    ),
    "List 4": (
        *(*WHO, ABLE, "Continuous Assessment Start Date", "Child Seen During Continuous Assessment"),
        "Continuous Assessment Date of Authorisation",
        "Was the child assessed as requiring LA children’s social care support?",
        *BY,
    ),
    "List 5": (
        *(*WHO, ABLE, "Strategy discussion initiating Section 47 Enquiry Start Date"),
        "Was an Initial Child Protection Conference deemed unnecessary?",
        "Date of Initial Child Protection Conference",
        "Did the Initial Child Protection Conference Result in a Child Protection Plan",
        *(
            "Number of Section 47 Enquiries in the last 12 months",
            "Number of ICPCs in the last 12 months",
            *BY,
        ),
    ),
    "List 6": (
        *(*WHO, ABLE, "CIN Start Date", "Primary Need Code", "Date Child Was Last Seen", "CIN Closure Date"),
        *("Reason for Closure", "Case Status", *BY),
    ),
    "List 7": (
        *(
            *WHO,
            ABLE,
            "Child Protection Plan Start Date",
            "Initial Category of Abuse",
            "Latest Category of Abuse",
        ),
        *(
            "Date of the Last Statutory Visit",
            "Was the Child Seen Alone?",
            "Date of latest review conference",
        ),
        "Child Protection Plan End Date",
        "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
        *("Number of Previous Child Protection Plans", *BY),
    ),
    "List 8": (
        *(*WHO, "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))", ABLE),
        *("Date Started to be Looked After", "Child’s Category of Need"),
        "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)",
        *("Start date of current legal status", "Child’s Legal Status", "Date of Latest Statutory Review"),
        *("Date of Last Social Work Visit", "What is the permanence plan for this child?"),
        *(
            "Date of Last IRO Visit / Contact to the Child",
            "Date of Last Health Assessment",
            "Date of Last Dental Check",
        ),
        *("Number of Placements in the Last 12 months", "Date Ceased to be Looked After"),
        *("Reason Ceased to be Looked After", "Start Date of Most Recent Placement", "Placement Type"),
        *(
            "Placement Provider",
            "Placement postcode",
            "URN of Placement",
            "Placement Location",
            "LA of Placement",
        ),
        "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months",
        "Number of Episodes the Child has been ‘Absent’ from their Placement in the last 12 months",
        "Was the child offered a Return Interview after their last missing episode (Y/N)?",
        "Did the child accept a Return Interview after their last missing episode (Y/N)?",
        *BY,
    ),
    "List 9": (
        *WHO,
        "Eligibility Category",
        "LA in Touch",
        "Type of Accommodation",
        "Suitability of Accommodation",
    ),
    "List 10": (
        "Child Unique ID",
        "Family identifier",
        "Date of Decision that Child Should be Placed for Adoption",
    ),
    "List 11": ("Individual adopter identifier", "Family identifier", "Date enquiry received"),
}
CHILD = {
    "Child Unique ID": 101,
    "Gender": "b) Female",
    "Ethnicity": "a) WBRI",
    "Date of Birth": datetime(2010, 2, 5),
    "Age": 13.15,
    "Allocated Team": "Team of Nobody",
    "Allocated Worker": "Nobody\u00a0Known",
}
CARE = {
    **CHILD,
    ABLE: "a) Yes",
    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))": "b) No",
    "Date Started to be Looked After": datetime(2022, 6, 1),
    "Child’s Category of Need": "N1 - Abuse or Neglect",
    "Start date of current legal status": datetime(2022, 9, 1),
    "Child’s Legal Status": "C2: FCO",
    "Start Date of Most Recent Placement": datetime(2023, 5, 1),
    "Placement Type": "f) U6: Foster placement - not FFA",
    "Placement Provider": "b) PR1 - Own provision",
    "Placement postcode": "zz1 2ab",
    "Placement Location": "a) In",
    "LA of Placement": "Rotherham",
    "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months": 3,
    "Number of Episodes the Child has been ‘Absent’ from their Placement in the last 12 months": 0,
}


@pytest.fixture
def workbook(tmp_path):
    """Writes an Annex A: list → rows, each the values by header; a list without rows has its header alone."""

    def write(lists: dict[str, list[dict]], name: str = "annex.xlsx", headers=None, above: int = 0) -> Sent:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, given in lists.items():
            sheet = book.create_sheet(title)
            for _ in range(above):
                sheet.append(["Made up"])
            columns = (headers or {}).get(title) or LISTS[title]
            sheet.append(list(columns))
            for row in given:
                sheet.append([row.get(c) for c in columns])
        path = tmp_path / "sent" / name
        path.parent.mkdir(exist_ok=True)
        book.save(path)
        return Sent(path, name)

    return write


@pytest.fixture
def a_row():
    """A row of a list about a child (`CHILD`), or of List 8 (`CARE`), with some values changed."""

    def row(care: bool = False, **changes) -> dict:
        """Changes by the first words of a header: `row(Gender="a) Male")`, `row(**{"Date of Contact": day})`."""
        return {**(CARE if care else CHILD), **changes}

    return row
