import time

import pytest
from openpyxl import load_workbook

from expectations.standard import parse, standard
from expectations.template import write_csv_template, write_template

CODES = """list,code,label,code_group,valid_from,valid_to,source,note
yes_no,N,No,,,,us,
yes_no,Y,Yes,,,,us,
outcome,1,Charged or summonsed,charge,,,us,
outcome,9,=1+1 is text,,2014-04-01,2020-03-31,us,
colour,R,Red,,,,us,
"""
THEFT = {
    "name": "thefts",
    "code": "R99",
    "title": "Thefts",
    "description": "One row for each theft.",
    "version": "1.3",
    "organisations": ["SYP"],
    "periods": ["month", "financial_year"],
    "event_date": "on",
    "due_days": 14,
    "primaryKey": ["ref"],
    "restates": {"identity": ["ref"]},
    "fields": [
        {"name": "ref", "title": "Reference", "type": "string", "description": "The force's reference."}
        | {"constraints": {"required": True}, "example": "T01"},
        {"name": "on", "title": "Day", "type": "date", "description": "The day.", "aliases": ["day"]},
        {"name": "outcome", "title": "Outcome", "type": "string", "description": "How it ended."}
        | {"codes": {"list": "outcome", "on": "on"}},
        {"name": "solved", "title": "Solved", "type": "string", "description": "So.", "codes": "yes_no"},
        {"name": "kind", "title": "Kind", "type": "string", "description": "Kind."}
        | {"constraints": {"enum": ["A", "B"]}},
        {"name": "items", "title": "Items", "type": "integer", "description": "How many."},
        {"name": "marks", "title": "Marks", "type": "array", "description": "Marks.", "codes": "yes_no"},
    ],
    "expectations": [
        {
            "code": "R99.01",
            "says": "outcome is needed when solved is Y.",
            "expect": "expect_column_values_to_not_be_null",
            "with": {"column": "outcome"},
            "when": {"solved": "Y"},
            "severity": "warning",
        }
    ],
}


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    path = tmp_path_factory.mktemp("seeds") / "codes.csv"
    path.write_text(CODES, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def book(codes, tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "thefts.xlsx"
    write_template(parse(THEFT, "thefts"), path, codes)
    return load_workbook(path)


def table(sheet, name):
    return [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]


def test_the_sheets_and_their_tables(book):
    assert book.sheetnames == ["Instructions", "Data", "Code lists"]
    assert [list(s.tables) for s in book.worksheets] == [
        ["thefts_columns", "thefts_rules"],
        ["thefts"],
        ["thefts_codes"],
    ]
    assert book.active.title == "Data"
    assert not any(s.merged_cells.ranges or s.freeze_panes for s in book.worksheets)
    assert all(s.sheet_state == "visible" for s in book.worksheets)


def test_the_data_sheet_has_the_headings_and_nothing_else(book):
    rows = list(book["Data"].iter_rows(values_only=True))
    assert rows[0] == ("ref", "on", "outcome", "solved", "kind", "items", "marks")
    assert not any(value for row in rows[1:] for value in row)


def test_everything_but_numbers_is_text_in_every_row(book):
    groups = book["Data"].column_dimensions.values()  # columns alike stand together, from min to max
    formats = {n: group.number_format for group in groups for n in range(group.min, group.max + 1)}
    assert formats == dict.fromkeys((1, 2, 3, 4, 5, 7), "@") | {6: "General"}


def test_drop_downs_hold_for_every_row_and_come_from_the_code_lists(book):
    rules = {str(v.sqref): (v.type, v.formula1) for v in book["Data"].data_validations.dataValidation}
    assert rules == {
        "C2:C1048576": ("list", "'Code lists'!$B$2:$B$3"),
        "D2:D1048576": ("list", "'Code lists'!$B$4:$B$5"),
        "E2:E1048576": ("list", '"A,B"'),
    }
    listed = [cell.value for (cell,) in book["Code lists"]["B2":"B3"]]
    assert listed == ["1", "9"]


def test_each_heading_has_a_note(book):
    note = book["Data"]["C1"].comment.text
    assert note.startswith("Outcome\nHow it ended.\nWritten as: text.\nMay be empty.")
    assert "Codes: list outcome, valid on on." in note
    assert "Example: T01" in book["Data"]["A1"].comment.text


def test_only_the_lists_of_the_return_are_there_with_their_validity(book):
    assert table(book["Code lists"], "thefts_codes") == [
        ["List", "Code", "Meaning", "Valid from", "Valid to"],
        ["outcome", "1", "Charged or summonsed", None, None],
        ["outcome", "9", "=1+1 is text", "2014-04-01", "2020-03-31"],
        ["yes_no", "N", "No", None, None],
        ["yes_no", "Y", "Yes", None, None],
    ]
    assert book["Code lists"]["C3"].data_type == "s"


def test_the_instructions_explain_every_column_and_every_rule(book):
    sheet = book["Instructions"]
    columns = table(sheet, "thefts_columns")[1:]
    assert columns[0] == ["ref", "The force's reference.", "text", "yes", None, "T01"]
    assert columns[1][:3] == ["on", "The day. Also taken as: day.", "date, YYYY-MM-DD"]
    assert table(sheet, "thefts_rules")[1:] == [
        ["R301", "ref stands in more than one row.", "the row is set aside"],
        ["R99.01", "outcome is needed when solved is Y.", "the row is taken, and listed"],
    ]
    text = [cell.value for row in sheet["A1:B12"] for cell in row]
    assert {"SYP", "month or financial year", "14 days after the end of the period"} <= set(text)


def test_the_version_is_in_a_named_cell_and_in_the_properties(book):
    place = book.defined_names["standard_version"].attr_text
    assert place == "Instructions!$B$4"
    assert book["Instructions"]["B4"].value == "1.3"
    assert {p.name: p.value for p in book.custom_doc_props.props}["standard_version"] == "1.3"
    assert book.properties.title == "R99 Thefts: return template, version 1.3"
    assert book.properties.creator == "South Yorkshire core data set"


def test_the_same_declaration_gives_the_same_bytes(codes, tmp_path):
    for name in ("a", "b"):
        write_template(parse(THEFT, "thefts"), tmp_path / name, codes)
        time.sleep(1.1)  # a clock read to the second would show
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_csv_twin_is_the_header(tmp_path):
    write_csv_template(parse(THEFT, "thefts"), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b"ref,on,outcome,solved,kind,items,marks\r\n"


@pytest.mark.parametrize("name", standard())
def test_every_return_has_a_template(name, tmp_path, request):
    r = standard()[name]
    write_template(r, tmp_path / "t.xlsx", request.config.rootpath / "seeds" / "codes.csv")
    book = load_workbook(tmp_path / "t.xlsx")
    assert tuple(cell.value for cell in book["Data"][1]) == r.column_names
    says = [row[1] for row in table(book["Instructions"], f"{name}_rules")]
    assert {rule.says for rule in r.rules} <= set(says)
    listed = {row[0] for row in table(book["Code lists"], f"{name}_codes")[1:]}
    assert listed - {None} == {f.codes.list for f in r.fields if f.codes}
