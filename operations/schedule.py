"""When the machine runs what: the night, its backup, a weekly look at every copy, and who notices if nights stop.

Written for systemd, cron or Windows, with every path quoted as that one reads it. Nothing is installed from here.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from subprocess import list2cmdline
from xml.sax.saxutils import escape

import plain
from operations.jobs import Job, Plan
from refusal import Refusal

KINDS = ("systemd", "cron", "windows")
ZONE = "Europe/London"
CREDENTIALS = "/etc/credstore.encrypted"


def written(kind: str, plan: Plan) -> dict[str, str]:
    """The files of a schedule: name → text. Refusal where a path cannot be written in them."""
    if kind not in KINDS:
        raise Refusal(f"There is no schedule for {plain.text(kind)!r}. There are {', '.join(KINDS)}.")
    words = (*plan.command, str(plan.home), str(plan.copies or ""), plan.user)
    if not all(map(str.isprintable, words)):
        raise Refusal("A path of the schedule holds a control character. Move what lies there.", 4)
    if kind == "systemd" and (set("'\"\\") & set(words[0]) or str(plan.home).endswith("\\")):
        raise Refusal(
            f"systemd starts no program from {words[0]}. Move it to a path without quotes and \\.", 4
        )
    if kind == "windows" and any("%" in word for word in words):
        raise Refusal("The task scheduler would change the % in a path. Move the home to one without.", 4)
    return {"systemd": _systemd, "cron": _cron, "windows": _windows}[kind](plan)


def _systemd(plan: Plan) -> dict[str, str]:
    files = {}
    for job in plan.jobs:
        hour, minute = plan.clock(job)
        files[f"warehouse-{job.name}.service"] = "\n".join(_service(plan, job)) + "\n"
        day = "Sun " if job.weekly else ""
        files[f"warehouse-{job.name}.timer"] = (
            f"[Unit]\nDescription=When to run {job.title}\n\n"
            f"[Timer]\nOnCalendar={day}*-*-* {hour:02}:{minute:02}:00 {ZONE}\n"
            "# A night the machine slept through is run when it wakes.\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
    return files


def _service(plan: Plan, job: Job) -> Iterator[str]:
    program, *words = plan.line(job)
    yield from ("[Unit]", f"Description={job.title}")
    after = "" if job.name in ("night", "watch") else " warehouse-night.service"
    yield f"After=local-fs.target time-sync.target{after}"
    yield from ("", "[Service]", "Type=oneshot", f"User={_specified(plan.user)}")
    yield f"ExecStart={' '.join([_quoted(program), *(_quoted(word).replace('$', '$$') for word in words)])}"
    yield f"WorkingDirectory={_specified(str(plan.home))}"
    if job.name == "night":
        yield "# 1 is a night that was published: somebody must act, but nothing failed."
        yield "SuccessExitStatus=1"
    yield "# The closing table names files, and a file's name may say too much for a journal."
    yield from ("StandardOutput=null", "StandardError=journal", "TimeoutStartSec=6h", "TimeoutStopSec=30")
    yield from _credentials(plan, job)
    yield from ("", *HARDENED, f"ReadWritePaths={_quoted(str(plan.home))}")
    if job.name == "backup" and plan.copies:
        yield f"ReadWritePaths={_quoted(str(plan.copies))}"
    yield from _network(plan)


def _credentials(plan: Plan, job: Job) -> Iterator[str]:
    if plan.settings.keys == "keyring":
        yield '# No keyring is unlocked for a service: set keys = "credential" in settings.toml.'
    if plan.settings.keys != "credential":
        return
    yield f"# Each made once: systemd-creds encrypt --name=NAME.key NAME.key {CREDENTIALS}/warehouse-NAME.key"
    for name in job.keys:
        yield f"LoadCredentialEncrypted={name}.key:{CREDENTIALS}/warehouse-{name}.key"
    if job.name == "night":
        yield "# Only where linkage is to run at night; without it linkage waits:"
        yield f"# LoadCredentialEncrypted=identity.key:{CREDENTIALS}/warehouse-identity.key"


def _network(plan: Plan) -> Iterator[str]:
    if plan.settings.notify:
        yield from (
            "# For the notice by e-mail, and nothing else.",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        )
    else:
        yield from ("# A night needs no network.", "RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes")


HARDENED = (
    "# No memory of children's rows in a crash dump or in swap; nothing others may read.",
    *("LimitCORE=0", "MemorySwapMax=0", "UMask=0077"),
    "# Not set: MemoryDenyWriteExecute, which libraries of the night need; RemoveIPC, which would take away what",
    "# a night has in memory when another of these ends.",
    *("NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=read-only"),
    *("PrivateTmp=yes", "PrivateDevices=yes", "ProtectProc=invisible", "ProtectClock=yes"),
    *("ProtectControlGroups=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes"),
    *("ProtectKernelTunables=yes", "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes"),
    *("LockPersonality=yes", "SystemCallArchitectures=native"),
    "SystemCallFilter=@system-service",
)


def _specified(text: str) -> str:
    """A value systemd takes to the end of its line: only % means something in it."""
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a line that systemd splits. A $ is doubled in arguments only: it stands for nothing in a path."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specified(safe)}"'


def _cron(plan: Plan) -> dict[str, str]:
    """Lines for the crontab of the user the nights run as; what a night prints names files, and is not mailed."""
    lines = [
        "# For the crontab of the user the nights run as (crontab -e).",
        f"# Times are the machine's own: they are meant for {ZONE}.",
        "# A night the machine slept through is not made up for: the watch says so.",
        "SHELL=/bin/sh",
    ]
    for job in plan.jobs:
        hour, minute = plan.clock(job)
        quiet = ">/dev/null" if job.name == "watch" else ">/dev/null 2>&1"
        # cron reads % as the end of the line, whatever quotes it stands in.
        words = shlex.join(plan.line(job)).replace("%", "\\%")
        lines += [
            f"# {job.title}",
            f"{minute} {hour} * * {0 if job.weekly else '*'} umask 077; {words} {quiet}",
        ]
    return {"warehouse.cron": "\n".join(lines) + "\n"}


def _windows(plan: Plan) -> dict[str, str]:
    """A PowerShell script that registers the tasks; it asks once for the account they run as and its password."""
    parts = [
        "# Run in a PowerShell opened as administrator.",
        "$account = Get-Credential -Message 'The account the nights run as'",
        "$password = $account.GetNetworkCredential().Password",
    ]
    for job in plan.jobs:
        name = f"'warehouse {job.name}'"
        parts.append(
            f"Register-ScheduledTask -TaskName {name} -Force -User $account.UserName -Password $password "
            f"-Xml @'\n{_task(plan, job)}\n'@"
        )
    return {"warehouse-tasks.ps1": "\n".join(parts) + "\n"}


def _task(plan: Plan, job: Job) -> str:
    program, *words = plan.line(job)
    hour, minute = plan.clock(job)
    by = (
        "<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Sunday /></DaysOfWeek></ScheduleByWeek>"
        if job.weekly
        else "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
    )
    return f"""<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>{escape(job.title)}</Description></RegistrationInfo>
  <Triggers><CalendarTrigger>
    <StartBoundary>2020-01-05T{hour:02}:{minute:02}:00</StartBoundary>{by}
  </CalendarTrigger></Triggers>
  <Principals><Principal id="Author">
    <LogonType>Password</LogonType><RunLevel>LeastPrivilege</RunLevel>
  </Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT6H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author"><Exec>
    <Command>{escape(program)}</Command>
    <Arguments>{escape(list2cmdline(words))}</Arguments>
    <WorkingDirectory>{escape(str(plan.home))}</WorkingDirectory>
  </Exec></Actions>
</Task>"""
