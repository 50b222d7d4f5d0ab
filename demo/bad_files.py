"""Files that must be refused whole, each for one reason, sent by Sheffield and Barnsley in the year of faults."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from demo.examples import good
from demo.faults import YEAR
from demo.returns import period, place
from expectations.standard import find

ORG = "SHE"


def write(folder: Path) -> list[dict]:
    """Write the files; answers with the file, the return and why it must be refused."""
    told = []
    for code, why, text in _files():
        path = place(folder, ORG, code, YEAR) / f"SYCSE_{code}_{ORG}_{period(YEAR)}_v01.csv"
        path.write_text(text, "utf-8", newline="\n")
        file = path.relative_to(folder).as_posix()
        told.append(
            {
                "file": file,
                "organisation_code": ORG,
                "return_code": code,
                "period": period(YEAR),
                "status": "refused",
                "why": why,
            }
        )
    return told


def _files() -> list[tuple[str, str, str]]:
    half = _csv("R13", 3)
    return [
        (
            "R09",
            "the header is of no return",
            _csv("R09", 3).replace("referral_id,referral_date", "number,when"),
        ),
        ("R10", "a header and no rows", _csv("R10", 0)),
        ("R13", "the last line is cut in its middle", half[: len(half) - 60]),
        ("R14", "the name says R14, the content is R11", _csv("R11", 3)),
        ("R19", "more than one row in twenty is in error", _csv("R19", 10, wrong=3)),
    ]


def _csv(code: str, rows: int, wrong: int = 0) -> str:
    """Good rows of a return as Sheffield's; the first `wrong` of them without their required columns."""
    r, out = find(code), StringIO()
    writer = csv.DictWriter(out, r.column_names, restval="", lineterminator="\n")
    writer.writeheader()
    for number in range(rows):
        values = dict(good(r, 90_000 + number).values)
        for column, sheffield in (("la", "373"), ("agency", ORG)):
            if column in values:
                values[column] = sheffield
        if number < wrong:
            values["fte_in_post"] = "-1"
        writer.writerow(values)
    return out.getvalue()
