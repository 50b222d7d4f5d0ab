"""Files to measure with: a county in CSV alone, so that bare DuckDB can read the very same files, and big single files."""

from __future__ import annotations

import shutil
from pathlib import Path

ROWS_AT_SCALE_1 = 29_400  # rather a few rows more than asked for
SEED = 2013
# An incident report as the police send it, one in a hundred with a fault. The references name the row, so that
# none stands twice; the child is one of a tenth as many.
REPORTS = """
select
    'R04-' || i as record_ref, 'N' as record_action, '1' as record_version, 'I' || i as incident_ref,
    strftime(timestamp '2024-04-01 08:00:00' + to_minutes(i % 500000), '%Y-%m-%dT%H:%M:%S+00:00') as received_at,
    ['1A', '2A', '3A', '3E', '5A', '8'][1 + i % 6] as source, 'PPS' as nsir_open_category,
    if(i % 3 = 0, 'PPS', null) as nsir_close_category, 'CSE;CHILD' as nsir_qualifiers,
    ['CONFIRMED', 'SUSPECTED', 'NOT_CSE', 'U'][1 + i % 4] as cse_concern_level, 'N' as crime_recorded,
    null as crime_ref,
    strftime(timestamp '2024-04-02' + to_minutes(i % 500000), '%Y-%m-%d') as shared_with_csc_date,
    null as vcop_informed_date, if(i % 50 = 0, 'G' || i // 50, null) as dedupe_group,
    left(md5('child ' || i // 10), 16) as person_key, 'SY1' as person_key_scheme,
    strftime(date '2008-04-01' + to_months((i // 10 % 120)::int), '%Y-%m') as birth_month,
    if(i % 100 = 17, 'X', ['F', 'F', 'M'][1 + i % 3]) as sex, ['WBRI', 'APKN', 'BAFR'][1 + i % 3] as ethnicity_code,
    'DFE' as ethnicity_scheme, if(i % 200 = 33, null, 'N') as disability_any,
    if(i % 250 = 77, '999', ['370', '371', '372', '373'][1 + i % 4]) as residence_la
from range({rows}) as r(i)
"""
PERIOD = "2024-25"


def make(folder: str, rows: int) -> dict:
    """A county of about so many rows over five years, every return as CSV: `folder/inbox/…`."""
    import duckdb

    from demo import model, returns

    # What an engine cannot read is measured by itself: here each return is a CSV of the standard.
    returns.NATIONAL, returns.WORKBOOK, returns.WINDOWS_1252, returns.TWO_CODES = set(), (), (), ()
    place = Path(folder)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with duckdb.connect(str(place / "county.duckdb")) as connection:
        connection.execute("set memory_limit = '3GB'; set enable_progress_bar = false; set threads = 2")
        connection.execute("set python_enable_replacements = false")
        model.build(connection, rows / ROWS_AT_SCALE_1, SEED)
        sent = returns.write(connection, place)
    (place / "county.duckdb").unlink()
    for sender in (place / "inbox").iterdir():
        _confirm(sender)
    made = {"rows": sum(s.rows for s in sent), "files": len(sent)}
    made["bytes"] = sum(p.stat().st_size for p in place.rglob("*.csv"))
    return made


def _confirm(sender: Path) -> None:
    """Into a folder `confirmed`: what falls from one year to the next, made so, would else wait for a person."""
    inside = list(sender.iterdir())
    (sender / "confirmed").mkdir()
    for path in inside:
        path.rename(sender / "confirmed" / path.name)


def reports(path: str, rows: int) -> dict:
    """A CSV of so many incident reports of the police (R04)."""
    import duckdb

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false; set threads = 2; set memory_limit = '1GB'")
        connection.execute(f"copy ({REPORTS.format(rows=rows)}) to '{path}' (format csv, header)")
    return {"rows": rows, "bytes": Path(path).stat().st_size}


def workbook(path: str, rows: int) -> dict:
    """The same as a workbook of one sheet, its texts in one list as Excel keeps them."""
    import duckdb
    import xlsxwriter

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection, xlsxwriter.Workbook(path) as book:
        found = connection.execute(REPORTS.format(rows=rows))
        page = book.add_worksheet("R04")
        for number, row in enumerate([[column[0] for column in found.description], *found.fetchall()]):
            for column, value in enumerate(row):
                if value is not None:
                    page.write_string(number, column, str(value))
    return {"rows": rows, "bytes": Path(path).stat().st_size}


def care(folder: str, children: int) -> dict:
    """An SSDA903 set of so many children: 970 rows in six tables for each hundred of them, as a published set has."""
    import duckdb

    Path(folder).mkdir(parents=True, exist_ok=True)
    rows = 0
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false; set threads = 2; set memory_limit = '1GB'")
        for table, sql in CARE.items():
            count = connection.execute(
                f"copy ({sql.format(children=children)}) to '{folder}/{table}.csv' (format csv, header)"
            ).fetchone()
            rows += count[0]
    return {"rows": rows, "bytes": sum(p.stat().st_size for p in Path(folder).glob("*.csv"))}


DAY = "strftime(date '{}' + (i * 7 % 300)::int, '%d/%m/%Y')"
BORN = "strftime(date '2008-01-01' + (i % 3000)::int, '%d/%m/%Y')"
CARE = {
    "header": f"""select 1000000 + i as "CHILD", 1 + i % 2 as "SEX", {BORN} as "DOB",
        ['WBRI', 'WROM', 'REFU'][1 + i % 3] as "ETHNIC", 'UN5' as "UPN", null as "MOTHER", null as "MC_DOB"
        from range({{children}}) as r(i)""",
    # Two spells: one that ended when the next began.
    "episodes": f"""select 1000000 + i as "CHILD", if(n = 0, {DAY.format("2021-04-01")}, {DAY.format("2023-04-01")}) as "DECOM",
        if(n = 0, 'S', 'P') as "RNE", 'C2' as "LS", 'N1' as "CIN", ['U1', 'K2', 'A3'][1 + i % 3] as "PLACE",
        'PR0' as "PLACE_PROVIDER", if(n = 0 and i % 100 < 87, {DAY.format("2023-04-01")}, null) as "DEC",
        if(n = 0 and i % 100 < 87, 'X1', null) as "REC", if(n = 0 and i % 100 < 87, 'CARPL', null) as "REASON_PLACE_CHANGE", null as "HOME_POST",
        null as "PL_POST", 1000000 + i % 9000000 as "URN"
        from range({{children}}) as r(i), range(if(i % 100 < 87, 2, 1)) as s(n)""",
    "missing": f"""select 1000000 + i as "CHILD", {BORN} as "DOB", if(i % 3 = 0, 'A', 'M') as "MISSING",
        {DAY.format("2023-05-01")} as "MIS_START", {DAY.format("2023-05-03")} as "MIS_END"
        from range({{children}}) as r(i) where i % 100 < 3""",
    "reviews": f"""select 1000000 + i as "CHILD", {BORN} as "DOB",
        strftime(date '2023-04-10' + (60 * n + i % 60)::int, '%d/%m/%Y') as "REVIEW", 'PN1' as "REVIEW_CODE"
        from range({{children}}) as r(i), range(if(i % 100 < 75, 6, 5)) as s(n)""",
    "oc2": f"""select 1000000 + i as "CHILD", {BORN} as "DOB", 10 + i % 20 as "SDQ_SCORE", null as "SDQ_REASON",
        0 as "CONVICTED", 1 as "HEALTH_CHECK", 1 as "IMMUNISATIONS", 1 as "TEETH_CHECK", 1 as "HEALTH_ASSESSMENT",
        0 as "SUBSTANCE_MISUSE", null as "INTERVENTION_RECEIVED", null as "INTERVENTION_OFFERED"
        from range({{children}}) as r(i)""",
    "uasc": f"""select 1000000 + i as "CHILD", 1 + i % 2 as "SEX", {BORN} as "DOB", null as "DUC"
        from range({{children}}) as r(i) where i % 20 = 0""",
}
CENSUS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Message><Header><CollectionDetails><Collection>CIN</Collection>'
    "<Year>2025</Year><ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel>"
    "<LEA>371</LEA><SoftwareCode>made</SoftwareCode><Release>1</Release><SerialNo>001</SerialNo>"
    "<DateTime>2025-04-12T09:00:00Z</DateTime></Source></Header><Children>\n"
)
# One child with what most have: a referral, its assessment with two factors, an enquiry and a plan with a review.
CENSUS_CHILD = (
    "<Child><ChildIdentifiers><LAchildID>{0}</LAchildID><UPNunknown>UN2</UPNunknown>"
    "<PersonBirthDate>20{1:02d}-05-{2:02d}</PersonBirthDate><Sex>{3}</Sex></ChildIdentifiers>"
    "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities><Disability>NONE</Disability></Disabilities>"
    "</ChildCharacteristics><CINdetails><CINreferralDate>2024-05-{2:02d}</CINreferralDate>"
    "<ReferralSource>1A</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode><Assessments>"
    "<AssessmentActualStartDate>2024-06-01</AssessmentActualStartDate>"
    "<AssessmentAuthorisationDate>2024-06-20</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>"
    "<AssessmentFactors>16A</AssessmentFactors><AssessmentFactors>3B</AssessmentFactors>"
    "</FactorsIdentifiedAtAssessment></Assessments><Section47><S47ActualStartDate>2024-06-25</S47ActualStartDate>"
    "<DateOfInitialCPC>2024-07-05</DateOfInitialCPC><ICPCnotRequired>0</ICPCnotRequired></Section47>"
    "<ReferralNFA>0</ReferralNFA><ChildProtectionPlans><CPPstartDate>2024-07-05</CPPstartDate>"
    "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>"
    "<NumberOfPreviousCPP>0</NumberOfPreviousCPP><Reviews><CPPreviewDate>2024-10-01</CPPreviewDate></Reviews>"
    "</ChildProtectionPlans></CINdetails></Child>\n"
)


def census(path: str, children: int) -> dict:
    """A children in need census of so many children."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("w", encoding="utf-8", newline="\n") as out:
        out.write(CENSUS_HEAD)
        for i in range(children):
            out.write(CENSUS_CHILD.format(500_000 + i, 8 + i % 12, 1 + i % 28, "FM"[i % 2]))
        out.write("</Children></Message>\n")
    return {"rows": children, "bytes": Path(path).stat().st_size}
