import pytest

from expectations.standard import standard
from ingest.national import read_cin_xml
from ingest.reading import Unreadable

MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>
<ReferenceDate>{reference}</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>{lea}</LEA></Source></Header>
<Children>
{children}
</Children>
</Message>
"""
CHILD = """<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><UPN>UN1</UPN>
<PersonBirthDate>{born}</PersonBirthDate>{sex}</ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity>{disabilities}</ChildCharacteristics>
{details}
</Child>"""
REFERRAL = """<CINdetails><CINreferralDate>{date}</CINreferralDate><ReferralSource>6</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode>{inside}<ReferralNFA>{nfa}</ReferralNFA></CINdetails>"""
PLAN = """<ChildProtectionPlans><CPPstartDate>2023-06-20</CPPstartDate><CPPendDate>2023-12-01</CPPendDate>
<InitialCategoryOfAbuse>SAB</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>
<NumberOfPreviousCPP>1</NumberOfPreviousCPP>{reviews}</ChildProtectionPlans>"""
REVIEWS = ("2023-09-01", "2023-11-01")
TOGETHER = f"<Reviews>{''.join(f'<CPPreviewDate>{day}</CPPreviewDate>' for day in REVIEWS)}</Reviews>"
APART = "".join(f"<Reviews><CPPreviewDate>{day}</CPPreviewDate></Reviews>" for day in REVIEWS)
ENQUIRY = """<Section47><S47ActualStartDate>2023-06-01</S47ActualStartDate>{inside}
<ICPCnotRequired>{needless}</ICPCnotRequired></Section47>"""
CONFERENCE = "<DateOfInitialCPC>2023-06-20</DateOfInitialCPC>"


def referral(inside: str = "", date: str = "2023-05-01", nfa: str = "0") -> str:
    return REFERRAL.format(date=date, inside=inside, nfa=nfa)


def child(*details: str, **changes: str) -> str:
    given = {
        "id": " a1 ",
        "born": "2010-02-05",
        "sex": "<GenderCurrent>2</GenderCurrent>",
        "disabilities": "",
    }
    return CHILD.format(**{**given, **changes}, details="".join(details))


@pytest.fixture
def read(send, out):
    def reading(*children: str, year: str = "2024", reference: str = "", lea: str = "372"):
        reference = reference or f"{year}-03-31"
        text = MESSAGE.format(year=year, reference=reference, lea=lea, children="\n".join(children))
        return read_cin_xml(send("census.xml", text), out)

    return reading


def codes(reading) -> list[str]:
    return [finding.rule_code for _, finding in reading.findings]


def test_a_referral_is_read_whole(read, rows_of):
    closed = "<CINclosureDate>2023-08-01</CINclosureDate><ReasonForClosure>RC5</ReasonForClosure>"
    reading = read(child(referral(closed)))
    assert (reading.organisation_code, reading.period) == ("ROT", "2023-24")
    assert rows_of(reading, "sc_contact_referral")[0] == {
        "file": "census.xml",
        "sheet": "/Message/Children/Child[1]/CINdetails[1]",
        "line": "10",
        "raw": "",
        "record_ref": "372|A1|2023-05-01",
        "la": "372",
        "person_key": "372|A1",
        "person_key_scheme": "LACHILD1",
        "birth_month": "2010-02",
        "sex": "F",
        "ethnicity_code": "WBRI",
        "ethnicity_scheme": "DFE",
        "disability_any": "U",
        "referral_id": "372|A1|2023-05-01",
        "referral_date": "2023-05-01",
        "referral_source": "6",
        "contact_only": "N",
        "cse_concern": "U",
        "primary_need": "N1",
        "nfa": "N",
        "outcome": "ACCEPTED",
        "closure_date": "2023-08-01",
        "closure_reason": "RC5",
        "transferred_to_la": "U",
    }


def test_every_column_is_one_of_the_standard(read):
    for table in read(child(referral())).tables:
        declared = standard()[table.return_name]
        assert set(table.columns) <= set(declared.column_names)
        assert {f.name for f in declared.fields if f.required} <= set(table.columns)
        assert set(table.local_ids) <= set(table.columns)


@pytest.mark.parametrize(
    ("sent", "nfa", "outcome"), [("1", "Y", "NFA"), ("true", "Y", "NFA"), ("false", "N", "ACCEPTED")]
)
def test_both_spellings_of_yes_and_no(read, rows_of, sent, nfa, outcome):
    row = rows_of(read(child(referral(nfa=sent))), "sc_contact_referral")[0]
    assert (row["nfa"], row["outcome"]) == (nfa, outcome)


@pytest.mark.parametrize(
    ("disabilities", "answer"),
    [("", "U"), ("NONE", "N"), ("HAND", "Y"), ("NONE</Disability><Disability>LD", "Y")],
)
def test_disability(read, rows_of, disabilities, answer):
    block = disabilities and f"<Disabilities><Disability>{disabilities}</Disability></Disabilities>"
    row = rows_of(read(child(referral(), disabilities=block)), "sc_contact_referral")[0]
    assert row["disability_any"] == answer


def test_an_assessment_belongs_to_its_referral_and_keeps_every_factor(read, rows_of):
    one = """<Assessments><AssessmentActualStartDate>2023-05-02</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2023-06-02</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>
<AssessmentFactors>11A</AssessmentFactors><AssessmentFactors>10A</AssessmentFactors>
</FactorsIdentifiedAtAssessment></Assessments>"""
    found = rows_of(read(child(referral(one + one))), "sc_assessment")
    assert [row["factors"] for row in found] == ["11A;10A", "11A;10A"]
    assert [row["referral_id"] for row in found] == ["372|A1|2023-05-01"] * 2
    own = "372|A1|A|2023-05-02"
    assert [row["assessment_id"] for row in found] == [own, f"{own}|2"]
    assert {(row["child_seen_alone"], row["qualified_sw"]) for row in found} == {("U", "U")}


def test_two_referrals_of_one_day_are_told_apart(read, rows_of):
    found = rows_of(read(child(referral(), referral())), "sc_contact_referral")
    assert [row["referral_id"] for row in found] == ["372|A1|2023-05-01", "372|A1|2023-05-01|2"]


@pytest.mark.parametrize("reviews", [TOGETHER, APART])
def test_a_plan_gives_start_end_and_every_review_in_both_shapes(read, rows_of, reviews):
    found = rows_of(read(child(referral(PLAN.format(reviews=reviews)))), "sc_protection_event")
    dates = {(row["event_type"], row["event_date"]) for row in found}
    assert dates == {
        ("CPP_START", "2023-06-20"),
        ("CPP_END", "2023-12-01"),
        ("REVIEW", "2023-09-01"),
        ("REVIEW", "2023-11-01"),
    }
    start = next(row["event_id"] for row in found if row["event_type"] == "CPP_START")
    assert {row["linked_event_id"] for row in found if row["event_type"] != "CPP_START"} == {start}
    assert len({row["event_id"] for row in found}) == len(found) == 4


def test_a_conference_of_an_enquiry_is_linked_to_it(read, rows_of):
    inside = ENQUIRY.format(inside=CONFERENCE, needless="false")
    found = rows_of(read(child(referral(inside))), "sc_protection_event")
    assert [(row["event_type"], row["icpc_not_required"]) for row in found] == [("S47", "N"), ("ICPC", "")]
    assert found[1]["linked_event_id"] == found[0]["event_id"] == "372|A1|S47|2023-06-01"


def test_a_conference_dated_in_the_referral_alone_stands_by_itself(read, rows_of):
    inside = CONFERENCE + ENQUIRY.format(inside="", needless="0")
    reading = read(child(referral(inside)))
    found = rows_of(reading, "sc_protection_event")
    assert sorted((row["event_type"], row["linked_event_id"]) for row in found) == [("ICPC", ""), ("S47", "")]
    assert reading.findings == ()


def test_a_conference_dated_at_both_levels_is_counted_once_and_named(read, rows_of):
    inside = CONFERENCE + ENQUIRY.format(inside=CONFERENCE, needless="0")
    reading = read(child(referral(inside)))
    assert [row["event_type"] for row in rows_of(reading, "sc_protection_event")] == ["S47", "ICPC"]
    assert codes(reading) == ["CIN2884"]


def test_what_has_no_place_is_set_aside_with_a_reason(read):
    plan = "<CINPlanDates><CINPlanStartDate>2023-06-01</CINPlanStartDate></CINPlanDates>"
    reading = read(child(referral(plan + "<Novelty/>")), child(id="b2"))
    assert {s.reason: s.rows for _, s in reading.skipped} == {
        "CIN plan: the core data set has no return for child in need plans.": 1,
        "Novelty: the reader has no place for it.": 1,
        "Child without CINdetails.": 1,
    }
    assert codes(reading) == ["S106"]


def test_a_bad_date_costs_its_row_and_a_bad_birth_the_month_alone(read, rows_of):
    reading = read(child(referral(date="2023-02-30"), referral(), born="1066-13-04"))
    found = rows_of(reading, "sc_contact_referral")
    assert [row["referral_date"] for row in found] == ["2023-02-30", "2023-05-01"]
    assert {row["birth_month"] for row in found} == {""}
    assert codes(reading) == ["C205"] and "1066" not in str(reading.findings)


def test_an_unborn_child_has_no_month_of_birth(read, rows_of):
    reading = read(child(referral(), born="").replace("<PersonBirthDate></PersonBirthDate>", ""))
    assert rows_of(reading, "sc_contact_referral")[0]["birth_month"] == ""
    assert reading.findings == ()


def test_a_child_without_id_has_no_keys_at_all(read, rows_of):
    row = rows_of(read(child(referral(), id="")), "sc_contact_referral")[0]
    assert (row["person_key"], row["record_ref"], row["referral_id"]) == ("", "", "")


@pytest.mark.parametrize(
    ("year", "sex", "found"),
    [
        ("2024", "<GenderCurrent>9</GenderCurrent>", ("U", [])),
        ("2024", "<Sex>M</Sex>", ("M", ["S106"])),
        ("2025", "<Sex>M</Sex>", ("M", [])),
        ("2025", "<Sex>1</Sex>", ("M", ["C215"])),
        ("2025", "<GenderCurrent>1</GenderCurrent>", ("M", ["S106"])),
    ],
)
def test_sex_is_read_in_every_years_way_and_another_years_is_named(read, rows_of, year, sex, found):
    reading = read(child(referral(), sex=sex), year=year)
    assert (rows_of(reading, "sc_contact_referral")[0]["sex"], codes(reading)) == found


def test_another_councils_census_and_another_reference_date_are_named(read):
    reading = read(child(referral()), lea="975", reference="2024-07-21")
    assert reading.organisation_code == "975"
    assert [f.says for _, f in reading.findings] == [
        "The census is of LEA 975; one of 370 (BAR), 371 (DON), 372 (ROT), 373 (SHE) is expected.",
        "ReferenceDate is 2024-07-21; 2024-03-31 is expected of the census of 2024.",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"year": "2016"}, "The collection year is 2016"),
        ({"year": "soon"}, "Header/CollectionDetails/Year is (withheld)"),
        ({"lea": ""}, "Header/Source/LEA says nothing"),
    ],
)
def test_a_header_that_does_not_say_whose_and_when_is_refused(read, changes, words):
    with pytest.raises(Unreadable) as refused:
        read(child(referral()), **changes)
    assert refused.value.code == "X503" and refused.value.says.startswith(words)
