"""The one command: it joins each package's commands, and tells the night's story in order."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import NoArgsIsHelpError
from typer.core import TyperGroup

import failpoint
import plain
from expectations.commands import app as expectations_app
from house import HERE, Home
from ingest.commands import app as ingest_app
from ingest.key_commands import app as key_app
from ingest.link_commands import app as link_app
from ingest.rights_commands import app as rights_app
from ingest.vault_commands import app as vault_app
from operations import faults
from operations.access_commands import audit as audit_app
from operations.access_commands import export as export_app
from operations.backup_commands import app as backup_app
from operations.build_commands import app as build_app
from operations.commands import app as operations_app
from operations.commands import notify_app, schedule_app
from refusal import Refusal
from reports.commands import app as reports_app
from reports.reader_commands import readers as readers_app
from reports.releases.commands import app as release_app


class Plain(TyperGroup):
    """Help as plain text, which is drawn in half the time of boxes; what is said of a command stands there whole."""

    def format_commands(self, context, formatter) -> None:
        shown = [c for c in self.commands.values() if not c.hidden]
        with formatter.section("Commands"):
            formatter.write_dl([(c.name, c.get_short_help_str(limit=1_000)) for c in shown])


app = typer.Typer(
    cls=Plain,
    help="South Yorkshire's core data set on child sexual exploitation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Objects made before they are looked through for waste: of the first million, modules being loaded, next to none is.
SELDOM = 50_000


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
    from operations import terminal, watch

    with watch.watched(context.obj) as seen:
        seen.outcomes = night(context.obj, inbox, terminal.step, seen.tell, seen.began)
        terminal.show_night(seen.outcomes, as_json)
    raise typer.Exit(seen.exit_code)


def night(home: Home, inbox: Path | None, step, tell=lambda *_: None, began=lambda _: None) -> list:
    """One night: everything is done in a copy, and the copy takes the live warehouse's place at the end.

    `step` is told (what, how many done, of how many); `tell` what a person should read (a sentence, and the
    exit code where it must be acted on); `began` the name of the run. Returns the outcome of every submission.
    """
    from ingest import after, opening, released
    from ingest.linkage import link_night
    from ingest.night import take_in
    from ingest.scratch import scratch

    with home.changing(step, afresh=False) as change:
        began(change.run_id)
        arrivals = opening.arrivals(inbox or home.inbox, home.seeds)
        must = home.settings.encryption == "required"
        with scratch(home.work, opening.size(arrivals), must) as folder:
            context = opening.context(change.connection, home, folder, change.run_id, change.now)
            failpoint.reach("opened")
            for says in context.agreements.warnings(change.now.date()):
                tell(says)
            outcomes = take_in(change.connection, arrivals, context, step)
            failpoint.reach("taken")
        if (linked := link_night(change, home, step)).says:
            tell(linked.says, linked.exit_code)
        failpoint.reach("linked")
        released.note_releases(change.connection, home.releases)
        opening.leave(change.connection, change.run_id, change.now, home.seeds)
    if change.doubt:
        tell(change.doubt, 1)
    with _published(home, tell):
        _send_back(home, change.run_id, tell)
    with _published(home, tell):
        if inbox is None:
            after.clear(arrivals, outcomes, home.inbox)
        failpoint.reach("cleared")
        rows = sum(o.fate.rows_accepted for o in outcomes)
        home.note("night", run_id=change.run_id, submissions=len(outcomes), rows=rows)
        failpoint.reach("noted")
    return outcomes


def _send_back(home: Home, tonight: str, tell) -> None:
    """Workbooks for the senders, of tonight and of a night before it that was cut short before its own."""
    from ingest import after
    from operations import telling

    with home.reading() as connection:
        for run_id in (untold := telling.untold(home.root, connection)):
            after.send_back(connection, run_id, home.findings)
        failpoint.reach("sent")
    if [r for r in untold if r != tonight]:
        tell("A night before was published but cut short: what it found is in `findings` now.", 1)
    telling.mark(home.root, tonight)


@contextmanager
def _published(home: Home, tell):
    """What fails after the publishing undoes nothing: it is told, with exit code 4."""
    from operations.trouble import trouble

    try:
        yield
    except Exception as problem:
        says = str(problem) if isinstance(problem, Refusal) else trouble(problem, home.root)
        if says is None:
            raise
        tell(f"Tonight is published, but not all that comes after it was done. {says}", 4)


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


JOINED = {
    None: (ingest_app, expectations_app, operations_app, backup_app, build_app, readers_app, rights_app),
    "report": (reports_app,),
    "release": (release_app,),
    "export": (export_app,),
    "audit": (audit_app,),
    "key": (key_app,),
    "vault": (vault_app,),
    "link": (link_app,),
    "notify": (notify_app,),
    "schedule": (schedule_app,),
}
for name, parts in JOINED.items():
    for part in parts:
        app.add_typer(part, name=name, cls=Plain)
for part in (app, *(part for parts in JOINED.values() for part in parts)):
    for registered in part.registered_commands:
        registered.callback = faults.plainly(registered.callback, _default_home)


def main() -> None:
    """The command; where a word of it is wrong, nothing in that word steers the terminal it is repeated on."""
    gc.set_threshold(SELDOM)
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as wrong:
        if not isinstance(wrong, NoArgsIsHelpError):  # whose words are the help, and ours
            wrong.message = plain.lines(wrong.message)
        wrong.show()
        sys.exit(wrong.exit_code)
    except typer.Abort:
        print("Stopped before anything was done.", file=sys.stderr)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
