"""What two councils send in the national formats: Sheffield's SSDA903 set and Doncaster's CIN census."""

from __future__ import annotations

from pathlib import Path

import duckdb

from demo.returns import Sent, place

# The tables of an SSDA903 set for the year that begins in {y}; dates as that collection writes them.
DAY = "strftime({}, '%d/%m/%Y')"
DOB = DAY.format("make_date(year(born), month(born), 1 + below(i, 'day', 28))")
SEX = "case when {y} >= 2024 then sex when sex = 'M' then '1' else '2' end"
CHILDREN = """(
    select i, child_id, any_value(born) as born, any_value(sex) as sex, any_value(ethnicity_code) as ethnic
    from (
        select i, born, sex, ethnicity_code, local_child(i) as child_id from r_lac_episode where org = 'SHE' and y = {y}
        union all
        select i, born, sex, ethnicity_code, local_child(i) from r_la_missing where org = 'SHE' and y = {y}
    ) group by all order by i)"""
SSDA903 = {
    "header": f"""select child_id as "CHILD", {SEX} as "SEX", {DOB} as "DOB", ethnic as "ETHNIC", 'UN5' as "UPN",
        null as "MOTHER", null as "MC_DOB" from {CHILDREN}""",
    "episodes": f"""select local_child(i) as "CHILD", {DAY.format("decom")} as "DECOM", rne as "RNE", ls as "LS",
        cin as "CIN", place as "PLACE", place_provider as "PLACE_PROVIDER", {DAY.format("dec")} as "DEC", rec as "REC",
        reason_place_change as "REASON_PLACE_CHANGE", null as "HOME_POST", null as "PL_POST", urn as "URN"
        from r_lac_episode where org = 'SHE' and y = {{y}}""",
    "missing": f"""select local_child(i) as "CHILD", {DOB} as "DOB", missing_type as "MISSING",
        {DAY.format("mis_start")} as "MIS_START", {DAY.format("mis_end")} as "MIS_END"
        from r_la_missing where org = 'SHE' and y = {{y}}""",
    "reviews": f"""select child_id as "CHILD", {DOB} as "DOB",
        {DAY.format("make_date({y}, 7, 1) + below(i, 'review', 200)")} as "REVIEW", 'PN1' as "REVIEW_CODE"
        from {CHILDREN} where i % 2 = 0""",
    "uasc": f"""select child_id as "CHILD", {SEX} as "SEX", {DOB} as "DOB", null as "DUC" from {CHILDREN}
        where i % 30 = 0""",
}
LOCAL = "create or replace macro local_child(i) as (100000 + i)::varchar"

CIN = """
with
    told as (
        select *, if({y} = fy(d) and fy(coalesce(closed_on, last_day_of_all())) > {y}, first_told, d) as referred
        from m_referral where la = '371' and list_contains(years(d, closed_on), {y})
    ),
    details as (
        select i, any_value(born) as born, any_value(sex) as sex, any_value(e) as e,
            any_value(disability_any) as disability_any,
            string_agg(
                '<CINdetails>' || tag('CINreferralDate', referred)
                || tag('ReferralSource', pick(r, 'source', ['1A', '2A', '3A', '3E', '5A', '8']))
                || tag('PrimaryNeedCode', if(nfa, 'N0', pick(r, 'need', ['N1', 'N1', 'N5', 'N4', 'N6'])))
                || tag('CINclosureDate', by_then(closed_on, {y}))
                || tag('ReasonForClosure', if(closed_on <= fy_end({y}), if(assessed, 'RC7', 'RC8'), null))
                || wrap('Assessments', if(a_start <= fy_end({y}), tag('AssessmentActualStartDate', a_start)
                    || tag('AssessmentAuthorisationDate', by_then(authorised, {y}))
                    || wrap('FactorsIdentifiedAtAssessment', if(authorised <= fy_end({y}), '<AssessmentFactors>'
                        || replace(factors_of(r, cse_factor, a_start), ';', '</AssessmentFactors><AssessmentFactors>')
                        || '</AssessmentFactors>', '')), ''))
                || wrap('Section47', if(s47 <= fy_end({y}), tag('S47ActualStartDate', s47)
                    || tag('DateOfInitialCPC', by_then(conference, {y}))
                    || tag('ICPCnotRequired', if(conference is null, '1', '0')), ''))
                || tag('ReferralNFA', if(nfa, '1', '0'))
                || wrap('ChildProtectionPlans', if(plan_start <= fy_end({y}), tag('CPPstartDate', plan_start)
                    || tag('CPPendDate', by_then(plan_end, {y})) || tag('InitialCategoryOfAbuse', category)
                    || tag('LatestCategoryOfAbuse', category) || tag('NumberOfPreviousCPP', '0')
                    || wrap('Reviews', tag('CPPreviewDate', by_then(plan_review, {y}))), ''))
                || '</CINdetails>', '' order by r) as inside
        from told group by i
    )
select '<Child><ChildIdentifiers>' || tag('LAchildID', (500000 + i)) || tag('UPNunknown', 'UN2')
    || tag('PersonBirthDate', make_date(year(born), month(born), 1 + below(i, 'day', 28)))
    || if({y} >= 2024, tag('Sex', sex), tag('GenderCurrent', if(sex = 'M', '1', '2')))
    || '</ChildIdentifiers><ChildCharacteristics>' || tag('Ethnicity', dfe_ethnicity(e))
    || '<Disabilities>' || tag('Disability', if(disability_any = 'Y', 'LD', 'NONE')) || '</Disabilities>'
    || '</ChildCharacteristics>' || inside || '</Child>'
from details order by i"""
TAGS = """
create or replace macro tag(name, v) as coalesce('<' || name || '>' || v::varchar || '</' || name || '>', '');
create or replace macro wrap(name, v) as if(coalesce(v, '') = '', '', '<' || name || '>' || v || '</' || name || '>');
"""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>
<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>371</LEA><SoftwareCode>demo</SoftwareCode><Release>1</Release>
<SerialNo>001</SerialNo><DateTime>{year}-04-12T09:00:00Z</DateTime></Source></Header><Children>
"""
# What the census of a year holds of each return: every event known by then of every referral in the file.
CIN_ROWS = """
with told as (select *, fy_end({y}) as ended from m_referral where la = '371' and list_contains(years(d, closed_on), {y}))
select count(*), count(*) filter (a_start <= ended),
    count(*) filter (s47 <= ended) + count(*) filter (conference <= ended) + count(*) filter (plan_start <= ended)
    + count(*) filter (plan_review <= ended) + count(*) filter (plan_end <= ended)
from told"""


def write_ssda903(connection: duckdb.DuckDBPyConnection, folder: Path, y: int) -> list[Sent]:
    """Rotherham's set of one year: five files in a folder of their own, one submission of two returns."""
    connection.execute(LOCAL)
    where = place(folder, "SHE", "R13", y) / "ssda903"
    where.mkdir(exist_ok=True)
    rows, files = {}, {}
    for table, select in SSDA903.items():
        path = where / f"{table}.csv"
        query = select.format(y=y)
        rows[table] = connection.execute(f"select count(*) from ({query})").fetchone()[0]
        if rows[table]:
            connection.execute(f"copy ({query}) to '{path}' (format csv, header)")
            files[table] = (path.relative_to(folder).as_posix(), rows[table])
    aside = rows["header"] + rows["reviews"] + rows["uasc"]
    kept = tuple(file for table, file in files.items() if table != "missing")
    sent = [Sent("SHE", "R13", y, kept, rows["episodes"] + aside, skipped=aside)]
    if rows["missing"]:
        sent.append(Sent("SHE", "R14", y, (files["missing"],), rows["missing"]))
    return sent if rows["episodes"] else []


def write_cin(connection: duckdb.DuckDBPyConnection, folder: Path, y: int) -> list[Sent]:
    """Doncaster's census of one year: one XML file, three returns."""
    connection.execute(TAGS)
    counts = connection.execute(CIN_ROWS.format(y=y)).fetchone()
    if not counts[0]:
        return []
    path = place(folder, "DON", "R09", y) / f"cin_census_{y + 1}.xml"
    children = connection.execute(CIN.format(y=y))
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(HEAD.format(year=y + 1))
        while batch := children.fetchmany(10_000):
            out.write("\n".join(child for (child,) in batch) + "\n")
        out.write("</Children></Message>\n")
    files = ((path.relative_to(folder).as_posix(), sum(counts)),)
    returns = zip(("R09", "R10", "R11"), counts, strict=True)
    return [Sent("DON", code, y, files, rows) for code, rows in returns if rows]
