"""The schedule: every path reaches the command whole, through each of the programs that read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

import warehouse
from operations import commands, schedule
from operations.jobs import Plan, moment
from operations.schedule import written
from operations.settings import Notify, Settings
from refusal import Refusal

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
# Everything a path may hold that one of the programs takes for something else.
STRANGE = 'it\'s a 50% \\ "home" of $HOME & `you` #1'
# systemd starts no program whose path holds quotes or a backslash; a home may.
SOMEWHAT = "a 50%home of $HOME & `you` #1; ü"
TELLS = """import json, sys
print(json.dumps(sys.argv[1:]))
"""
PLAIN = Settings(is_demo=False)
MAIL = Notify("mail.example.org", "a@example.org", ("b@example.org",), 587, user="a")


def plan(folder: Path, settings: Settings = PLAIN, name: str = STRANGE) -> Plan:
    """A schedule whose interpreter and command lie below a strangely named folder, and its home below another."""
    below = folder / name
    below.mkdir()
    program = below / "python"
    program.symlink_to(sys.executable)
    (below / "warehouse.py").write_text(TELLS)
    home = folder / (name if "%" not in name else STRANGE)
    return Plan((str(program), str(below / "warehouse.py")), home, "warehouse", (3, 15), settings)


def words(made: Plan) -> list[list[str]]:
    """The words each job is to reach its command with."""
    return [["--home", str(made.home), *job.words] for job in made.jobs]


def test_there_are_four_jobs_and_the_watch_asks_for_the_age_of_the_last_good_night(tmp_path):
    assert [(job.name, job.words) for job in plan(tmp_path).jobs] == [
        ("night", ("nightly",)),
        ("backup", ("backup",)),
        ("verify", ("verify",)),
        ("watch", ("status", "--max-age", "26h")),
    ]
    told = plan(tmp_path, Settings(is_demo=False, notify=MAIL), "other").jobs[-1]
    assert told.words == ("status", "--max-age", "26h", "--tell")


@pytest.mark.skipif(os.name != "posix", reason="cron and its shell are POSIX's")
def test_crons_lines_reach_the_command_whole(tmp_path):
    made = plan(tmp_path)
    lines = [x for x in written("cron", made)["warehouse.cron"].splitlines() if re.match(r"\d", x)]
    assert [x.split()[:5] for x in lines] == [
        ["15", "3", "*", "*", "*"],
        ["15", "5", "*", "*", "*"],
        ["15", "6", "*", "*", "0"],
        ["15", "8", "*", "*", "*"],
    ]
    for line, wanted in zip(lines, words(made), strict=True):
        assert re.search(r"(?<!\\)%", line) is None  # else cron cuts the line there
        command = line.split(maxsplit=5)[5].replace("\\%", "%").partition(" >/dev/null")[0]
        said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True)
        assert (said.stderr, json.loads(said.stdout)) == ("", wanted)


def test_cron_mails_nothing_but_what_the_watch_says(tmp_path):
    lines = [x for x in written("cron", plan(tmp_path))["warehouse.cron"].splitlines() if re.match(r"\d", x)]
    assert [x.endswith(">/dev/null 2>&1") for x in lines] == [True, True, True, False]
    assert lines[-1].endswith("26h >/dev/null")


def systemd_words(text: str) -> list[str]:
    """What systemd makes of an ExecStart line, by its own rules for quotes, specifiers and variables."""
    line = next(x.removeprefix("ExecStart=") for x in text.splitlines() if x.startswith("ExecStart="))
    found = [re.sub(r"\\(.)", r"\1", m) for m in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]
    program, *rest = (re.sub("%(.)", lambda m: "%" if m[1] == "%" else "…", word) for word in found)
    return [program, *(re.sub(r"\$(\$|\w+)", lambda m: "$" if m[1] == "$" else "…", word) for word in rest)]


def test_systemds_lines_say_the_same(tmp_path):
    made = plan(tmp_path, name=SOMEWHAT)
    files = written("systemd", made)
    for job, wanted in zip(made.jobs, words(made), strict=True):
        assert systemd_words(files[f"warehouse-{job.name}.service"]) == [*made.command, *wanted]
    assert "OnCalendar=*-*-* 03:15:00 Europe/London" in files["warehouse-night.timer"]
    assert "OnCalendar=Sun *-*-* 06:15:00 Europe/London" in files["warehouse-verify.timer"]
    assert all("Persistent=true" in text for name, text in files.items() if name.endswith(".timer"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("keys", ["file", "keyring", "credential"])
def test_systemd_itself_finds_nothing_wrong(tmp_path, keys):
    """It looks the program up where the line says, so that a path badly quoted is not found."""
    made = plan(tmp_path, Settings("required", keys, False, MAIL if keys == "credential" else None), SOMEWHAT)
    for name, text in written("systemd", made).items():
        (tmp_path / name).write_text(text)
    units = sorted(map(str, (*tmp_path.glob("*.service"), *tmp_path.glob("*.timer"))))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert len(units) == 8
    ours = [line for line in done.stderr.splitlines() if "warehouse-" in line]
    assert (done.returncode, ours) == (0, [])


def test_a_service_is_given_the_keys_it_needs_and_no_other(tmp_path):
    files = written("systemd", plan(tmp_path, Settings("required", "credential", False, MAIL), "a home"))
    given = {
        name.removeprefix("warehouse-").removesuffix(".service"): re.findall(
            r"^LoadCredentialEncrypted=(\w+)\.key:", text, re.MULTILINE
        )
        for name, text in files.items()
        if name.endswith(".service")
    }
    assert given == {
        "night": ["pseudonym", "warehouse", "smtp"],
        "backup": ["warehouse"],
        "verify": [],
        "watch": ["warehouse", "smtp"],
    }
    for kept in ("file", "keyring"):
        made = plan(tmp_path, Settings("required", kept, False), kept)
        assert "\nLoadCredential" not in "".join(written("systemd", made).values())


def test_a_service_reaches_the_net_only_to_tell(tmp_path):
    alone = written("systemd", plan(tmp_path, name="a home"))["warehouse-night.service"]
    told = written("systemd", plan(tmp_path, Settings(is_demo=False, notify=MAIL), "other"))
    assert "PrivateNetwork=yes" in alone
    assert "PrivateNetwork" not in told["warehouse-night.service"]
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "LimitCORE=0", "StandardOutput=null"):
        assert line in alone.splitlines()
    assert "RemoveIPC=yes" not in alone  # it would clear away what a night has in memory


def tasks(text: str) -> list:
    return [etree.fromstring(xml) for xml in re.findall(r"@'\n(.*?)\n'@", text, re.DOTALL)]


def test_windows_tasks_are_well_formed_and_say_the_same(tmp_path):
    made = plan(tmp_path, name='it\'s a "home" of $HOME & <you>')
    (text,) = written("windows", made).values()
    found = tasks(text)
    assert len(found) == text.count("Register-ScheduledTask") == 4
    for task, wanted in zip(found, words(made), strict=True):
        assert task.findtext(f".//{TASK}Command") == made.command[0]
        line = task.findtext(f".//{TASK}Arguments")
        assert line == subprocess.list2cmdline([made.command[1], *wanted])
        assert task.findtext(f".//{TASK}StartWhenAvailable") == "true"
        assert task.findtext(f".//{TASK}MultipleInstancesPolicy") == "IgnoreNew"
    assert [t.find(f".//{TASK}Sunday") is not None for t in found] == [False, False, True, False]


def test_what_cannot_be_written_is_refused(tmp_path):
    made = plan(tmp_path)
    with pytest.raises(Refusal, match="would change the %"):
        written("windows", made)
    with pytest.raises(Refusal, match="systemd starts no program from"):
        written("systemd", made)
    for kind in schedule.KINDS:
        lines = Plan(("python",), Path("/a\nb"), "warehouse", (3, 15), Settings())
        with pytest.raises(Refusal, match="holds a control character"):
            written(kind, lines)
    with pytest.raises(Refusal, match="There are systemd, cron, windows"):
        written("launchd", plan(tmp_path, name="other"))


@pytest.mark.parametrize("text", ["01:00", "01:59"])
def test_no_night_begins_in_the_hour_the_clocks_change(text):
    with pytest.raises(Refusal, match="comes twice in October and not at all in March"):
        moment(text)


@pytest.mark.parametrize("text", ["24:00", "3:15", "03.15", "", "03:60", "\x1b[2J"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(Refusal, match=r"is no time of day\. Write it as 03:15\.") as told:
        moment(text)
    assert str(told.value).isprintable()


@pytest.mark.parametrize("hour", [h for h in range(24) if h != 1])
def test_nor_does_any_other_job(hour):
    made = Plan(("python",), Path("/home"), "warehouse", (hour, 30), Settings())
    assert 1 not in [made.clock(job)[0] for job in made.jobs]


def test_the_command_prints_or_writes_them(tmp_path):
    app = commands.schedule_app
    home = warehouse.Home(tmp_path / "home")
    done = CliRunner().invoke(app, ["--for", "cron"], obj=home)
    assert done.exit_code == 0 and f"--home {home.root} nightly" in done.stdout
    out = tmp_path / "out"
    line = ["--for", "systemd", "--to", str(tmp_path / "copies"), "--out", str(out)]
    done = CliRunner().invoke(app, line, obj=home)
    assert sorted(done.stdout.split()) == sorted(map(str, out.iterdir())) and len(list(out.iterdir())) == 8
    backup = (out / "warehouse-backup.service").read_text("utf-8").splitlines()
    assert f'ReadWritePaths="{tmp_path / "copies"}"' in backup
    assert [x for x in backup if x.endswith(f' "backup" "--to" "{tmp_path / "copies"}"')]
    CliRunner().invoke(app, ["--for", "windows", "--out", str(out)], obj=home)
    assert (out / "warehouse-tasks.ps1").read_bytes().startswith(b"\xef\xbb\xbf# Run in a PowerShell")
