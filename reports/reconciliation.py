"""Children missing from care for more than 24 hours in a month: the council's figure against that of the police."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from refusal import Refusal
from reports.cutting import RESTRICTED, Table, breaks_crossed, cut, named, read_manifest, read_table, standing
from reports.places import Place, find_place

INDICATOR = "I18"
NOT_RECEIVED = "[x]"
OTHER_KEYS = "The two returns know these children under different keys."
STATUSES = {
    "FULL": "both have it, and start and end agree",
    "TIME_DIFF": "both have it, and start, end or length differ",
    "CHILD_ONLY": "one has it; the other has another episode of the child in the month",
    "LA_ONLY": "the council alone has it",
    "POL_ONLY": "the police alone have it",
}
ROWS = dict.fromkeys(("status", "council_ref", "police_refs", "police_counted_refs"), "VARCHAR")
ROWS |= {"is_comparable": "BOOLEAN", "council_is_counted": "BOOLEAN", "council_is_possible": "BOOLEAN"}
LINES = dict.fromkeys(("side", "status", "episode_ref", "started", "ended"), "VARCHAR")
LINES |= dict.fromkeys(("is_own_absence", "is_start_close", "is_end_close"), "BOOLEAN")
LINES |= dict.fromkeys(("is_counted", "is_counted_by_other"), "BOOLEAN")
SIDES = """
    select sides.side, sides.organisation_code, sides.organisation_name, sides.return_code,
        coalesce(coverage.status in ('received', 'nil'), false)
    from (
        select case organisation_kind when 'council' then 'council' else 'police' end as side,
            case organisation_kind when 'council' then 'R14' else 'R05' end as return_code,
            organisation_code, organisation_name
        from core.dim_organisations
        where organisation_kind = 'police' or (organisation_kind = 'council' and area_code = $area)
    ) as sides
    left join (from marts.fct_coverage where period = $month) as coverage using (organisation_code, return_code)
    order by all"""


@dataclass(frozen=True)
class Reconciliation:
    """One council and month as a release has them; `rows` and `lines` are its two tables, as text."""

    manifest: dict
    rows: list[dict]
    lines: list[dict]

    @property
    def compared(self) -> bool:
        """Whether both returns have come; without one nothing can be said of the other's episodes."""
        return not self.manifest["not_received"]

    @property
    def council_count(self) -> int | None:
        """The council's absences of more than 24 hours; None where its return has not come."""
        counted = {row["council_ref"] for row in self.rows if row["council_is_counted"] == "True"}
        return len(counted) if self.manifest["sides"]["council"]["received"] else None

    @property
    def possible_count(self) -> int:
        """How many of them, without times, are only possibly so long."""
        return sum(row["council_is_possible"] == "True" for row in self.rows)

    @property
    def police_count(self) -> int | None:
        """The police absences of more than 24 hours; None where their return has not come."""
        counted = {ref for row in self.rows for ref in row["police_counted_refs"].split("; ") if ref}
        return len(counted) if self.manifest["sides"]["police"]["received"] else None

    @property
    def gap(self) -> int | None:
        """How many more the police have than the council; None where one of the two has not come."""
        return self.police_count - self.council_count if self.compared else None

    @property
    def statuses(self) -> dict[str, int]:
        """How many absences have each status; empty where nothing can be compared."""
        found = Counter(row["status"] for row in self.rows if row["is_comparable"] == "True")
        return {status: found[status] for status in STATUSES} if self.compared else {}

    @property
    def unmatched(self) -> list[dict]:
        """Absences of children whom the two sides know under different keys: not in the statuses."""
        return [row for row in self.rows if row["is_comparable"] != "True"] if self.compared else []

    @property
    def title(self) -> str:
        where, month = self.manifest["area"], date.fromisoformat(f"{self.manifest['month']}-01")
        return f"Children missing from care for more than 24 hours, {where}, {month:%B %Y}"


def release(connection, la: str, month: str, as_at: str | None, out: Path) -> Path:
    """Cut the release of the reconciliation of a council and a month (`2024-05`) → its folder in `out`."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise Refusal(f"{month} is not a month. Write it as 2024-05.")
    place = find_place(connection, la)
    if place.code == "SY":
        raise Refusal("One council at a time: BAR, DON, ROT or SHE.")
    tables = [
        Table("reconciliation", ROWS, _mart(connection, "mart_missing_reconciliation", ROWS, place, month)),
        Table("worklist", LINES, _mart(connection, "mart_missing_worklist", LINES, place, month)),
    ]
    return cut(out, _manifest(connection, place, month, as_at), tables)


def _mart(connection, mart: str, columns: dict, place: Place, month: str) -> list[dict]:
    sql = f"select {', '.join(columns)} from marts.{mart} where area_code = ? and month = ? order by all"
    rows = connection.execute(sql, [place.code, month]).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _manifest(connection, place: Place, month: str, as_at: str | None) -> dict:
    """What the release is; its breaks are all those before the month's end, as a month is read against others."""
    sides = connection.execute(SIDES, {"area": place.code, "month": month}).fetchall()
    after = date(int(month[:4]) + (month[5:] == "12"), int(month[5:]) % 12 + 1, 1)
    resting = standing(connection, as_at)
    return {
        "name": named(("reconcile", place.short, month), resting),
        "report": "reconcile",
        "protection": RESTRICTED,
        "area_code": place.code,
        "area": place.name,
        "month": month,
        **resting,
        "sides": {
            side: {"organisation": code, "name": name, "received": received}
            for side, code, name, _, received in sides
        },
        "not_received": [f"{code} {who}" for _, who, _, code, received in sides if not received],
        "breaks": breaks_crossed(connection, [INDICATOR], [place.code], date.min, after),
    }


def read(release: Path) -> Reconciliation:
    """Read a release → Reconciliation; Refusal where a table is not the one its manifest names."""
    tables = (read_table(release, name) for name in ("reconciliation", "worklist"))
    return Reconciliation(read_manifest(release), *tables)


def show(found: Reconciliation, files: list[Path], as_json: bool) -> None:
    """Print it: words for people, or one JSON document."""
    if not as_json:
        print(*sentences(found), *map(str, files), sep="\n")
        return
    told = {"schema_version": 1} | {
        k: found.manifest[k] for k in ("protection", "area_code", "area", "month", "vintage")
    }
    told |= {"release": found.manifest["name"], "council": found.council_count, "police": found.police_count}
    told |= {"gap": found.gap, "council_possibly": found.possible_count, "statuses": found.statuses}
    told["different_keys"] = len(found.unmatched)
    told["rows"] = [{k: row[k] for k in ("status", "council_ref", "police_refs")} for row in _told(found)]
    told |= {k: found.manifest[k] for k in ("breaks", "not_received")}
    print(json.dumps(told | {"files": [str(path) for path in files]}, indent=1))


def _told(found: Reconciliation) -> list[dict]:
    """The rows by status, in the order of the statuses; none where nothing can be compared."""
    order = list(STATUSES)
    rows = [row for row in found.rows if found.compared and row["is_comparable"] == "True"]
    return sorted(rows, key=lambda row: order.index(row["status"]))


def sentences(found: Reconciliation) -> Iterator[str]:
    """The reconciliation as lines of words."""
    yield found.title
    yield found.manifest["protection"]
    possibly = f" ({found.possible_count} possibly: dates without times)" if found.possible_count else ""
    yield f"\nThe council has  {_shown(found.council_count):>4}{possibly}"
    yield f"The police have  {_shown(found.police_count):>4}"
    yield f"Gap              {_shown(found.gap):>4}  police less council"
    if found.manifest["not_received"]:
        missing = ", ".join(found.manifest["not_received"])
        yield f"\nNot received: {missing}. {NOT_RECEIVED} does not mean 0, and nothing is compared."
    else:
        yield "\nNot received: nothing. Both returns have come."
    if found.unmatched:
        yield f"Cannot be compared: {len(found.unmatched)}. {OTHER_KEYS}"
    for status, count in found.statuses.items():
        yield f"{status:<10} {count:>4}  {STATUSES[status]}"
    for row in _told(found):
        if row["status"] != "FULL":
            sides = (f"council {row['council_ref'] or '-'}", f"police {row['police_refs'] or '-'}")
            yield f"  {row['status']:<10} {', '.join(sides)}"
    yield "\nBreaks in the series: months on the two sides of one cannot be compared."
    for told in found.manifest["breaks"]:
        yield f"  {told['break_date'] or 'day not known'}  {told['note']}"
    yield f"\nRelease {found.manifest['name']}. Worklists:"


def _shown(count: int | None) -> str:
    return NOT_RECEIVED if count is None else f"{count:,}"
