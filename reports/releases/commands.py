"""Commands that release figures: one person proposes, another approves, and only then the public sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer(help="Releases of figures: proposed, checked, approved, published.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name of the proposed release.")]
Year = Annotated[str, typer.Option(help="The last financial year, e.g. 2024-25.")]
AsAt = Annotated[str | None, typer.Option(help="The moment whose submissions count.")]


@app.command()
def propose(
    context: typer.Context,
    year: Year,
    profile: Annotated[str, typer.Option(help="Whose rules: public, dfe or nhs.")] = "public",
    as_at: AsAt = None,
    periods: Annotated[
        str, typer.Option(help="year, quarter, month, calendar, academic; separated by commas.")
    ] = "year",
    years: Annotated[int, typer.Option(min=1, help="How many financial years.")] = 5,
    without: Annotated[str, typer.Option(help="Indicators to leave out; separated by commas.")] = "",
    method: Annotated[str, typer.Option(help="suppression, or controlled rounding.")] = "suppression",
):
    """Protect the figures, attack them, and lay them down for somebody else to approve."""
    from reports.releases import releasing

    home = context.obj
    rules = releasing.profile(home.seeds / "disclosure_profiles.csv", profile)
    asked = releasing.Asked(year, rules, as_at, _words(periods), years, method, _words(without))
    with home.reading(as_at) as connection:
        folder = releasing.propose(connection, home.releases, asked, home.person, home.note)
    print(folder)
    typer.echo(f"Next, from another account: warehouse release approve {folder.name}", err=True)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


@contextmanager
def _allowed() -> Iterator[None]:
    """What the account may not read or write is said in words."""
    try:
        yield
    except PermissionError as denied:
        raise Refusal(
            f"This account may not read or write {denied.filename}. Both who proposes and who approves need to: "
            "give the second account access to the folder of this release, and to nothing else.",
            4,
        ) from None


@app.command()
def check(context: typer.Context, name: Name):
    """Attack a proposed release again, with all that was published before it."""
    from reports.releases import releasing

    with _allowed():
        told = releasing.check(context.obj.releases, name, context.obj.note)
    print(f"{name}: {told['attack']['cells']} cells, none exposed.")


@app.command()
def approve(context: typer.Context, name: Name):
    """Approve what somebody else proposed; whoever runs this is who approves."""
    from reports.releases import releasing

    with _allowed():
        releasing.approve(context.obj.releases, name, context.obj.person, context.obj.note)
    print(f"{name} is approved. Next: warehouse release publish {name}")


@app.command()
def publish(context: typer.Context, name: Name):
    """Publish what is approved and unchanged since."""
    from reports.releases import releasing

    with _allowed():
        print(releasing.publish(context.obj.releases, name, context.obj.person, context.obj.note))


@app.command()
def partner(
    context: typer.Context,
    area: Annotated[str, typer.Option(help="BAR, DON, ROT, SHE or SY.")],
    year: Year,
    agreement: Annotated[str, typer.Option(help="The agreement, e.g. ISA-ROT-01.")],
    as_at: AsAt = None,
):
    """A partner's copy with small numbers, under an agreement; never public."""
    from reports.releases import partner_packs

    home = context.obj
    agreements = home.seeds / "sharing_agreements.csv"
    with home.reading(as_at) as connection:
        folder = partner_packs.partner_pack(
            connection,
            home.releases,
            agreements,
            area,
            year,
            agreement,
            context.obj.person,
            home.note,
            as_at,
        )
    print(folder)
