"""The one command: it knows every path, joins each package's commands, and tells the night's story in order."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer

from expectations.commands import app as expectations_app
from ingest.commands import app as ingest_app
from operations.commands import app as operations_app
from refusal import Refusal
from reports.commands import app as reports_app
from reports.commands import readers as readers_app

HERE = Path(__file__).resolve().parent
app = typer.Typer(
    help="South Yorkshire's core data set on child sexual exploitation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dataclass(frozen=True)
class Home:
    """Every path there is: what is kept below one folder, and what came with the command."""

    root: Path
    here = HERE
    seeds = HERE / "seeds"
    project = HERE / "dbt_project"
    live = property(lambda self: self.root / "warehouse.duckdb")
    inbox = property(lambda self: self.root / "inbox")
    vault = property(lambda self: self.root / "vault")
    work = property(lambda self: self.root / "work")
    key = property(lambda self: self.root / "keys" / "pseudonym.key")
    findings = property(lambda self: self.root / "findings")
    releases = property(lambda self: self.root / "releases")
    parsed = property(lambda self: self.root / "cache")

    def reading(self, as_at: str | None = None):
        """The live warehouse to read from; as at a moment, a copy built for it."""
        from operations import readonly

        return readonly.reading(self.live, self.root, self.project, self.parsed, as_at)

    @property
    def terminal(self):
        """What shows things, for packages that know nothing of operations."""
        from operations import terminal

        return terminal


def _default_home() -> Path:
    if given := os.environ.get("WAREHOUSE_HOME"):
        return Path(given)
    return HERE / "home" if (HERE / "start.py").exists() else Path.home() / ".warehouse"


@app.callback()
def settings(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Where everything is kept.", envvar="WAREHOUSE_HOME")
    ] = None,
):
    context.obj = Home((home or _default_home()).resolve())


@app.command()
def nightly(
    context: typer.Context,
    inbox: Annotated[Path | None, typer.Option(help="Another inbox than the home's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
):
    """Land, check, accept, build and publish what lies in the inbox."""
    from operations import terminal

    outcomes = night(context.obj, inbox, terminal.step)
    terminal.show_night(outcomes, as_json)
    raise typer.Exit(terminal.exit_code(outcomes))


def night(home: Home, inbox: Path | None, step) -> list:
    """One night: everything is done in a copy, and the copy takes the live warehouse's place at the end.

    `step` is told (what, how many done, of how many). Returns the outcome of every submission.
    """
    from ingest import after, opening, released
    from ingest.night import take_in
    from operations import build, failpoint, lock, publish

    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%S}Z{os.getpid()}"
    with lock.night_lock(home.root, run_id, now):
        copy = publish.work_copy(home.live, home.work)
        with closing(opening.open_copy(copy, home.work)) as connection:
            context = opening.context(connection, home, run_id, now)
            arrivals = opening.arrivals(inbox or home.inbox, context)
            outcomes = take_in(connection, arrivals, context, step)
            released.note_releases(connection, home.releases)
            opening.leave(connection, run_id, now, home.seeds)
        failpoint.reach("accepted")
        step("building the core data set", 0, 1)
        build.build(home.project, copy, home.parsed)
        after.note_cross_return(copy, run_id)
        failpoint.reach("built")
        step("publishing", 0, 1)
        publish.publish(copy, home.live)
        failpoint.reach("published")
        after.send_back(home.live, run_id, home.findings)
        if inbox is None:
            after.clear(arrivals, outcomes, home.inbox)
        publish.clean(home.work)
    return outcomes


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make the county.")],
    scale: Annotated[float, typer.Option(help="1 is some forty thousand rows.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same county.")] = 2013,
):
    """Make a made-up county: every return, and the truth beside it."""
    import demo as county

    print(county.make(folder, scale, seed))
    print(f"Next: warehouse nightly --inbox {folder / 'inbox'}", file=sys.stderr)


def plainly(command):
    """What a person must act on is one sentence and an exit code; a bug is a report without any value in it."""

    @wraps(command)
    def told(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except Refusal as refused:
            print(refused, file=sys.stderr)
            raise typer.Exit(refused.code) from None
        except KeyboardInterrupt:
            print("Stopped. The last good night is still served.", file=sys.stderr)
            raise typer.Exit(130) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as bug:  # noqa: BLE001 - the last net: no traceback, no value, a report and an exit code
            from operations import faults

            context = kwargs.get("context")
            code, says = faults.tell(bug, (context.obj.root if context else _default_home()) / "faults")
            print(says, file=sys.stderr)
            raise typer.Exit(code) from None

    return told


for part in (ingest_app, expectations_app, operations_app, readers_app):
    app.add_typer(part)
app.add_typer(reports_app, name="report")
for part in (app, ingest_app, expectations_app, operations_app, reports_app, readers_app):
    for registered in part.registered_commands:
        registered.callback = plainly(registered.callback)


if __name__ == "__main__":
    app()
