import csv

import pytest
from openpyxl import load_workbook

from expectations.standard import standard
from expectations.template import write_csv_template, write_template
from ingest.excel import read_xlsx
from ingest.readers import read_csv
from ingest.reading import Sent


def fill(path, r, times):
    """Write the declaration's own good row into the sheet Data, as text, as an agency would."""
    book = load_workbook(path)
    for line in range(2, times + 2):
        for position, name in enumerate(r.column_names, start=1):
            book["Data"].cell(line, position, r.accepted.get(name))
    book.save(path)


@pytest.mark.parametrize("name", standard())
def test_a_filled_template_reads_back_as_its_return(name, tmp_path, request):
    r, path = standard()[name], tmp_path / "filled.xlsx"
    write_template(r, path, request.config.rootpath / "seeds" / "codes.csv")
    fill(path, r, times=2)
    (table,) = read_xlsx(Sent(path, path.name), tmp_path).tables
    assert (table.return_name, table.sheet, table.columns, table.rows) == (name, "Data", r.column_names, 2)
    with table.data.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert first["line"] == "2"
    assert {c: first[c] for c in r.column_names} == {c: str(r.accepted.get(c) or "") for c in r.column_names}


def test_a_thousand_rows_and_more(tmp_path, request):
    r, path = standard()["pol_crime"], tmp_path / "filled.xlsx"
    write_template(r, path, request.config.rootpath / "seeds" / "codes.csv")
    fill(path, r, times=1500)
    (table,) = read_xlsx(Sent(path, path.name), tmp_path).tables
    assert table.rows == 1500


def test_the_csv_twin_reads_as_its_return(tmp_path):
    path = tmp_path / "crimes.csv"
    write_csv_template(standard()["pol_crime"], path)
    (table,) = read_csv(Sent(path, path.name), tmp_path).tables
    assert (table.return_name, table.rows) == ("pol_crime", 0)
