"""Commands about the standard: blank workbooks, and what is derived from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer()


@app.command()
def template(
    context: typer.Context,
    returns: Annotated[list[str], typer.Argument(metavar="RETURN…", help="By code or name, or `all`.")],
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
):
    """Write blank workbooks: instructions, data sheet, code lists."""
    from expectations.standard import find, standard
    from expectations.template import write_template

    out.mkdir(parents=True, exist_ok=True)
    for name in standard() if returns == ["all"] else returns:
        try:
            r = find(name)
        except KeyError:
            raise Refusal(f"{name!r} is no return of the standard.") from None
        path = out / f"{r.code}_{r.name}_v{r.version}.xlsx"
        write_template(r, path, context.obj.seeds / "codes.csv")
        print(path)


@app.command()
def sync(
    context: typer.Context,
    checked: Annotated[bool, typer.Option("--check", help="Only say whether anything differs.")] = False,
):
    """Rewrite what is derived from the standard."""
    from expectations.dbt_sources import dbt_sources
    from expectations.dictionary import dictionary
    from expectations.standard import standard

    derived = {
        context.obj.project / "models" / "staging" / "_sources.yml": dbt_sources(standard()),
        context.obj.here / "docs" / "data-dictionary.md": dictionary(standard()),
    }
    differing = {p: text for p, text in derived.items() if not p.exists() or p.read_text("utf-8") != text}
    for path, text in differing.items():
        if not checked:
            path.write_text(text, "utf-8")
        print(f"{'differs' if checked else 'written'}: {path.relative_to(context.obj.here)}")
    raise typer.Exit(1 if checked and differing else 0)
