"""What each role's file holds, to the last byte: planted values that no grant names are not in it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

import warehouse
from expectations.standard import standard
from operations import access_commands, audit, role_file, roles, warehouse_file
from refusal import Refusal

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
KEY = "5f" * 32
# Every value somebody may see says SEEN, every one that only others may see says NOPE: DuckDB keeps the first
# eight bytes of a column's least and greatest text as statistics, so the words stand first and are whole there.
PLANTED = """
create schema accepted; create schema quarantine; create schema landing; create schema core;
create schema marts; create schema reference; create schema staging;
create table reference.areas as from (values
    ('372', 'ROT', 'district'), ('373', 'SHE', 'district'), ('SY', 'SY', 'force')) t(area_code, short_code, level);
create table reference.agencies as from (values ('SYP'), ('ROT')) t(organisation_code);
create table reference.indicators as from (values
    ('I01', 'crime', 'R01', 'fct_crimes'), ('I03', 'defendant', 'R06', 'fct_prosecutions'),
    ('I14', 'person', 'R01;R02;R06', 'fct_suspects_and_defendants'),
    ('I31', 'referral', 'R17', 'fct_sexual_health_counts'), ('I32', 'day', 'R16;R18', 'fct_health_services'))
    t(indicator_code, unit, returns, relation);
create table landing.submissions as from (values
    (1, 'SYP', 'R01', 'SEENfile', 'SEENsays'), (2, 'ROT', 'R09', 'NOPEfile', 'NOPEsays'), (3, null, null, 'NOPEnull', ''))
    t(submission_id, organisation_code, return_code, file_name, says);
create table landing.findings as from (values (1, 'SEENvalue'), (2, 'NOPEvalue')) t(submission_id, value);
create table landing.links as from (values ('NOPElinked', 'NOPEchild')) t(person_key, child_key);
create table accepted.pol_crime as from (values
    (1, 'SEENcrime', 'SEENkey'), (2, 'NOPEcrime', 'NOPEkey')) t(submission_id, crime_ref, person_key);
create table accepted.link_decision as from (values (1, 'NOPEleft', 'NOPEright')) t(submission_id, left_key, right_key);
create table quarantine.pol_crime as from (values (1, 'SEENraw'), (2, 'NOPEraw')) t(submission_id, raw);
create table core.dim_children as from (values ('SEENchild', 'NOPElocal', 'NOPEkey1'))
    t(child_key, local_id, person_key);
create table core.dim_person_keys as from (values ('NOPEperson', 'NOPEchild')) t(person_key, child_key);
create table core.fct_crimes as from (values ('SEENcrime', '372', 'NOPEfile1', 7)) t(crime_ref, area_code, file, line);
create table core.fct_prosecutions as from (values ('SEENcase', '372', 'NOPEethnicity', 'NOPEfile2', 8))
    t(case_ref, area_code, ethnicity_group, file, line);
create table core.fct_suspects_and_defendants as from (values ('NOPEsuspect', 'NOPEethnic')) t(record, ethnicity_group);
create table core.fct_health_services as from (values ('SEENtrust', '372', 5, 'NOPEfile3', 9, 1))
    t(organisation_code, area_code, seen_count, file, line, submission_id);
create table staging.stg_pol_crime as from (values ('NOPEstaged')) t(crime_ref);
create table marts.fct_indicator_values as from (values
    ('I01', 'crime', '372', 'all', 'SEENrother', 3), ('I01', 'crime', '373', 'all', 'NOPEsheff', 4),
    ('I01', 'crime', 'SY', 'all', 'SEENcounty', 7), ('I03', 'defendant', '372', 'ethnicity', 'NOPEcharged', 1),
    ('I14', 'person', '372', 'ethnicity', 'NOPEethn14', 1), ('I14', 'person', 'SY', 'ethnicity', 'SEENethn14', 2),
    ('I31', 'referral', '372', 'all', 'NOPEhealth', 1), ('I32', 'day', '372', 'all', 'SEENhealth', 4))
    t(indicator_code, unit, area_code, breakdown, breakdown_value, value);
create view marts.mart_missing_worklist as select crime_ref from staging.stg_pol_crime;
comment on table accepted.pol_crime is 'NOPEcomment';
comment on column core.fct_crimes.crime_ref is 'NOPEcolumn';
"""


@pytest.fixture
def home(tmp_path) -> warehouse.Home:
    """A home whose warehouse holds what is planted, with one public release and a line in the audit."""
    found = warehouse.Home(tmp_path / "home")
    found.root.mkdir()
    with duckdb.connect(str(found.live)) as connection:
        connection.execute(PLANTED)
    release(found.releases / "public" / "annual", "SEENfigure")
    release(found.releases / "proposed" / "annual", "NOPEfigure")
    found.note("query", sql="select 'NOPEasked'", rows=1)
    return found


def release(folder: Path, value: str) -> Path:
    """A release of two tables: figures, and notes that belong to no area."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        figures = f"from (values ('372', '{value}'), ('SY', 'SEENwhole')) t(area_code, value)"
        connection.execute(f"copy ({figures}) to '{folder / 'figures.parquet'}'")
        connection.execute(f"copy (select 'SEENnote' as note) to '{folder / 'notes.parquet'}'")
        connection.execute(f"copy (select 'NOPEtruth' as area_code) to '{folder / 'truth.parquet'}'")
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.parquet")}
    files["gone.parquet"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    (folder / "left.parquet").write_bytes((folder / "notes.parquet").read_bytes())
    return folder


def command(home: warehouse.Home, *words: object):
    """A command as somebody gives it; its outcome, or what it refuses."""
    app = typer.Typer()
    app.add_typer(access_commands.export, name="export")
    app.add_typer(access_commands.audit, name="audit")
    done = CliRunner().invoke(app, [str(word) for word in words], obj=home)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    if done.exit_code and done.stderr:  # told in a sentence, once the one command has joined it
        raise Refusal(done.stderr.strip(), done.exit_code)
    return done


def export(home: warehouse.Home, role: str, *more: object, out: Path | None = None) -> Path:
    out = out or home.root.parent / f"{role}.duckdb"
    command(home, "export", "role", role, "--purpose", "a test", "--out", out, *more)
    return out


def tables(path: Path) -> dict[str, tuple[list[str], set]]:
    """Every table of a file: its columns, and every value in it that is text."""
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)
        found = connection.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        assert {comment for *_, comment in found} <= {None}
        held = {}
        for schema, table, _ in found:
            rows = connection.execute(f'from "{schema}"."{table}"')
            columns = [d[0] for d in rows.description]
            held[f"{schema}.{table}"] = (
                columns,
                {v for row in rows.fetchall() for v in row if isinstance(v, str)},
            )
    return held


def seen(path: Path) -> dict[str, set]:
    return {name: {v for v in values if v.startswith("SEEN")} for name, (_, values) in tables(path).items()}


FIGURES = "marts.fct_indicator_values"
MAY_SEE = {
    ("data_officer", "--organisation", "syp"): {
        "accepted.pol_crime": {"SEENcrime", "SEENkey"},
        "quarantine.pol_crime": {"SEENraw"},
        "landing.submissions": {"SEENfile", "SEENsays"},
        "landing.findings": {"SEENvalue"},
    },
    ("core_analyst",): {
        "core.dim_children": {"SEENchild"},
        "core.fct_crimes": {"SEENcrime"},
        "core.fct_prosecutions": {"SEENcase"},
        "core.fct_health_services": {"SEENtrust"},
    },
    ("gold_group", "--area", "ROT"): {FIGURES: {"SEENrother", "SEENcounty", "SEENethn14", "SEENhealth"}},
    ("lscb_report",): {"released.figures": {"SEENfigure", "SEENwhole"}, "released.notes": {"SEENnote"}},
    ("regional_compare",): {"released.figures": {"SEENwhole"}},
    ("health_aggregate", "--area", "372"): {
        FIGURES: {"SEENhealth"},
        "core.fct_health_services": {"SEENtrust"},
    },
    ("auditor",): {"audit.log": set(), "landing.submissions": set()},
}
# What a role may see although another may not: the rest of a row that is there for all.
ALSO = {"health_aggregate": {"NOPEhealth"}, "core_analyst": {"NOPEsheff", "NOPEhealth"}}


@pytest.mark.parametrize("who", MAY_SEE, ids=lambda who: who[0])
def test_a_file_holds_what_its_role_may_see_and_not_a_byte_more(home, who):
    out = export(home, *who)
    held = {name: words for name, words in seen(out).items() if not name.startswith("reference.")}
    if who == ("core_analyst",):
        held.pop(FIGURES)
    assert held == MAY_SEE[who]
    names = json.dumps({name: columns for name, (columns, _) in tables(out).items()})
    allowed = ALSO.get(who[0], set())
    planted = {w for w in PLANTED.replace("'", " ").replace(";", " ").split() if w.startswith("NOPE")}
    planted.add("NOPEtruth")
    assert len(planted) > 20
    assert "NOPE" not in names
    bytes_ = out.read_bytes()
    assert [w for w in planted - allowed if w.encode() in bytes_] == []
    assert b"SEEN" in bytes_ or who == ("auditor",)


def test_the_planted_values_can_be_found_in_the_warehouse_itself(home):
    """Else their absence from a role's file would show nothing."""
    bytes_ = home.live.read_bytes()
    planted = {w for w in PLANTED.replace("'", " ").replace(";", " ").split() if w.startswith("NOPE")}
    assert [w for w in planted if w.encode() not in bytes_] == []


WITHHELD = {
    "core_analyst": {
        "core.dim_children": ["child_key"],
        "core.fct_crimes": ["crime_ref", "area_code"],
        "core.fct_prosecutions": ["case_ref", "area_code"],
    },
    "auditor": {
        "audit.log": ["seq", "noted_at", "person", "action", "facts", "previous", "sha256"],
        "landing.submissions": ["submission_id", "organisation_code", "return_code"],
    },
}


@pytest.mark.parametrize("role", WITHHELD)
def test_a_file_has_no_column_its_role_may_not_see(home, role):
    held = tables(export(home, role))
    assert {name: held[name][0] for name in WITHHELD[role]} == WITHHELD[role]


def test_the_ethnicity_of_suspects_is_an_analyst_s_for_south_yorkshire_only(home):
    with duckdb.connect(str(export(home, "core_analyst")), read_only=True) as connection:
        found = connection.execute(f"select area_code from {FIGURES} where indicator_code = 'I14'").fetchall()
        below = connection.execute(f"select count(*) from {FIGURES} where area_code <> 'SY'").fetchone()
    assert (found, below) == ([("SY",)], (4,))


def test_the_auditor_sees_who_asked_without_what_was_asked_for(home):
    with duckdb.connect(str(export(home, "auditor")), read_only=True) as connection:
        rows = connection.execute("select seq, action, facts from audit.log").fetchall()
    assert rows == [(1, "query", '{"rows":1,"sql":"select \'…\'"}'.replace("…", "\\u2026"))]


def test_an_export_stands_in_the_audit(home):
    out = export(home, "gold_group", "--area", "ROT")
    told = audit.told(home.audit, 1)[0]
    assert told["action"] == "export role"
    assert told["facts"] == {
        "role": "gold_group",
        "area": "ROT",
        "purpose": "a test",
        "file": out.name,
        "encrypted": False,
        "rows": {FIGURES: 4, "reference.areas": 3, "reference.indicators": 5},
    }
    assert command(home, "audit", "verify").stdout.startswith("The audit is whole: 2 lines.")
    shown = json.loads(command(home, "audit", "show", "--last", "1", "--json").stdout)
    assert shown[0]["facts"] == told["facts"]
    assert "select '…'" in command(home, "audit", "show").stdout


def test_a_broken_audit_is_told_and_stops_exports(home):
    (home.audit / audit.LOG).write_text("")
    with pytest.raises(Refusal, match="Lines 1 to 1 of the audit were removed") as refused:
        command(home, "audit", "verify")
    assert refused.value.code == 3
    with pytest.raises(Refusal, match="warehouse audit verify"):
        export(home, "core_analyst")
    assert list(home.root.parent.iterdir()) == [home.root]


REFUSED = {
    "no such role": (("boss",), "There is no role boss. There are: data_officer"),
    "whose rows": (("data_officer",), "data_officer sees one organisation only. Give --organisation."),
    "which area": (("gold_group", "--area", "LDS"), "There is no area LDS. There are: ROT, SHE, SY."),
    "whose": (("data_officer", "--organisation", "XXX"), "XXX is no organisation we know."),
    "no area": (("core_analyst", "--area", "ROT"), "core_analyst is not held to one area."),
    "keys only": (("key_holder",), "key_holder has nothing to export. It sees: Nothing"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_built_is_said(home, what):
    words, says = REFUSED[what]
    with pytest.raises(Refusal) as refused:
        export(home, *words)
    assert says in str(refused.value)
    assert list(home.root.parent.iterdir()) == [home.root]


def test_a_file_that_is_there_is_not_overwritten(home, tmp_path):
    out = tmp_path / "mine.txt"
    out.write_text("mine")
    with pytest.raises(Refusal, match="never overwritten"):
        export(home, "core_analyst", out=out)
    assert out.read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_who_made_it_may_read_it(home):
    out = export(home, "core_analyst")
    assert out.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in out.parent.iterdir()) == ["core_analyst.duckdb", "home"]


def test_what_was_changed_since_its_release_is_not_exported(home):
    path = home.releases / "public" / "annual" / "figures.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Refusal, match="its hash differs"):
        export(home, "lscb_report")


def test_before_anything_is_published_there_is_nothing_to_export(home):
    (home.releases / "public" / "annual" / "manifest.json").unlink()
    with pytest.raises(Refusal, match="nothing lscb_report may see"):
        export(home, "lscb_report")


def encrypting(home: warehouse.Home) -> warehouse.Home:
    """The same home where the house encrypts."""
    home.keys.put("warehouse", KEY)
    plain = home.live.rename(home.root / "plain.duckdb")
    with duckdb.connect() as connection:
        warehouse_file.load_encryption(connection)
        connection.execute(
            f"attach '{plain}' as plain; attach '{home.live}' as live (encryption_key '{KEY}')"
        )
        connection.execute("copy from database plain to live")
    plain.unlink()
    (home.root / "settings.toml").write_text('encryption = "required"\n')
    return warehouse.Home(home.root)


def test_a_house_that_encrypts_exports_under_a_key_of_the_reader_s_own(home, tmp_path):
    home = encrypting(home)
    with pytest.raises(Refusal, match="Make a key for the reader") as refused:
        export(home, "core_analyst")
    assert refused.value.code == 4
    (tmp_path / "reader").mkdir()
    key = tmp_path / "reader" / "reader.key"
    key.write_text("ab" * 32 + "\n")
    key.chmod(0o600)
    out = export(home, "core_analyst", "--key-file", key)
    assert b"SEEN" not in out.read_bytes()
    with pytest.raises(Refusal):
        warehouse_file.connect(out, KEY, read_only=True)
    with warehouse_file.connect(out, "ab" * 32, read_only=True) as connection:
        assert connection.execute("select child_key from core.dim_children").fetchall() == [("SEENchild",)]
    assert audit.told(home.audit, 1)[0]["facts"]["encrypted"] is True


@pytest.mark.parametrize(
    ("folder", "text", "mode", "says"),
    [
        ("reader", None, 0o600, "There is no key file"),
        ("reader", "ab" * 32, 0o644, "may be read by others"),
        ("reader", "ab" * 31, 0o600, "does not hold 64 hexadecimal digits"),
        (".", "ab" * 32, 0o600, "do not keep it beside the file"),
        ("home/keys", "ab" * 32, 0o600, "a key of its own"),
    ],
)
def test_a_key_that_protects_nothing_is_refused(home, tmp_path, folder, text, mode, says):
    key = tmp_path / folder / "reader.key"
    key.parent.mkdir(exist_ok=True)
    if text:
        key.write_text(text)
        key.chmod(mode)
    with pytest.raises(Refusal, match=says) as refused:
        export(home, "core_analyst", "--key-file", key)
    assert refused.value.code == 4
    assert not (tmp_path / "core_analyst.duckdb").exists()


def test_a_column_to_withhold_that_is_not_there_stops_the_export(home, tmp_path):
    """Else a slip of the pen in the seed would let out what it was to keep in."""
    for name in ("roles.csv", "role_grants.csv"):
        text = (SEEDS / name).read_text("utf-8").replace("all but ethnicity_group", "all but ethnicty_group")
        (tmp_path / name).write_text(text, "utf-8")
    role = roles.find(tmp_path, "core_analyst")
    given = {"area": None, "organisation": None}
    with home.reading() as connection, pytest.raises(Refusal, match="not there: ethnicty_group"):
        role_file.build(role, role_file.Sources(connection, None), given, tmp_path / "x", None, print)
    assert not (tmp_path / "x").exists()


def test_names_are_read_as_the_seed_says_them():
    there = ["a", "b", "bc", "c"]
    among = {
        says: roles.Names(says).among(there) for says in ("all", "all but b*", "b*;a", "all but x", "x", "")
    }
    assert among == {
        "all": there,
        "all but b*": ["a", "c"],
        "b*;a": ["a", "b", "bc"],
        "all but x": there,
        "x": [],
        "": [],
    }


def test_every_table_granted_by_name_is_one_there_is():
    models = {p.stem for p in (ROOT / "dbt_project" / "models").rglob("*.sql")}
    seeds = {p.stem for p in SEEDS.glob("*.csv")}
    grants = [(r.name, g) for r in roles.read(SEEDS).values() for g in r.grants]
    named = [(g.schema_name, t) for _, g in grants for t in g.tables.listed]
    assert {t for s, t in named if s in ("core", "marts")} - models == set()
    assert {t for s, t in named if s == "reference"} - seeds == set()


def test_what_identifies_a_person_in_any_return_is_withheld_from_the_analyst():
    fields = [f for r in standard().values() for f in r.fields]
    always = {f.name for f in fields if f.sensitive} - {f.name for f in fields if not f.sensitive}
    grants = [g for g in roles.find(SEEDS, "core_analyst").grants if g.schema_name == "core"]
    rows = [g for g in grants if not set(g.tables.listed) & {"fct_published_series"}]
    assert (len(always) > 10, len(rows) > 5) == (True, True)
    assert {(g.tables.says, name) for g in rows for name in g.columns.among(sorted(always))} == set()


def test_no_grant_of_the_core_or_the_marts_is_of_whatever_there_is():
    """A new table is nobody's until a grant names it."""
    grants = [g for r in roles.read(SEEDS).values() for g in r.grants if g.schema_name in ("core", "marts")]
    assert [g for g in grants if g.tables.says.startswith("all") or "*" in g.tables.says] == []


def test_the_roles_are_those_of_the_brief():
    with (SEEDS / "roles.csv").open(encoding="utf-8") as file:
        assert [row["role"] for row in csv.DictReader(file)] == [
            *("data_officer", "core_analyst", "lscb_report", "gold_group"),
            *("regional_compare", "health_aggregate", "auditor", "key_holder"),
        ]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its own peak")
def test_memory_does_not_grow_with_the_rows(tmp_path):
    """Three million rows, some 150 MB of text, go over in what DuckDB is allowed and a little."""
    code = """
import resource, sys
from pathlib import Path
import duckdb
from operations import role_file, roles
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
with duckdb.connect() as source:
    source.execute("set memory_limit = '300MB'; set threads = 1; set temp_directory = ''; set enable_progress_bar = false")
    source.execute("create schema core; create view core.fct_crimes as "
        "select 'crime ' || i as crime_ref, md5(i::varchar) as victim_key from range(3000000) t(i)")
    grant = roles.Grant("core", roles.Names("fct_crimes"), roles.Names("all"), "")
    role = roles.Role("x", "", "", (grant,))
    copied = role_file.build(role, role_file.Sources(source, None), {}, Path(sys.argv[1]), None, lambda _: None)
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(copied[0].rows, int(peak.split()[1]) // 1024)  # ru_maxrss would begin at what pytest itself holds
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x.duckdb")], cwd=ROOT, capture_output=True, text=True
    )
    rows, megabytes = done.stdout.split()
    assert (rows, int(megabytes) < 700) == ("3000000", True)
