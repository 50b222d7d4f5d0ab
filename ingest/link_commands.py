"""Commands about linkage: the queue of pairs a person decides, and what one child is made of."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer(help="Which pseudonyms are one child: the pairs a person decides, and what was linked.")
# The inbox is no place for names: what goes there is the one sheet that has none.
AFTER_NAMES = (
    "keep it in the restricted zone, and delete it when you are done: it holds names. Save the sheet Data alone "
    "as CSV UTF-8 and send that: warehouse receive DATA.csv"
)


@app.command()
def review(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The workbook to write.")],
    names: Annotated[bool, typer.Option("--names", help="With names; needs the key `identity`.")] = False,
):
    """Write the pairs that wait for a decision as a workbook, to fill in and receive as R32."""
    from ingest import link_review

    home = context.obj
    if names and out.resolve().is_relative_to(home.root):
        raise Refusal(
            f"{out} lies in the home, where names must not be. Give a path in the restricted zone.", 3
        )
    with home.reading() as connection:
        pairs = link_review.queue(connection)
        known = link_review.names(connection, home) if names else None
    home.note("link review", out=str(out), pairs=len(pairs), names=names)
    if not pairs:
        print("No pair waits for a decision.")
        return
    link_review.write(out, pairs, home.seeds / "codes.csv", known)
    print(out)
    says = "Fill in decision, decided_by, decided_on and reason on the sheet Data."
    print(f"Pairs that wait: {len(pairs)}. {says}", file=sys.stderr)
    print(
        f"Next: {AFTER_NAMES if names else f'warehouse receive {out}'} --from ORG --as R32", file=sys.stderr
    )


@app.command()
def show(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="A child_key, a pseudonym_hash or a whole pseudonym.")],
):
    """Show what stands for one child: its pseudonyms, who knows it so, by which rule, since when."""
    from ingest import link_history

    home = context.obj
    with home.reading() as connection:
        rows = link_history.history(connection, key)
    home.note("link show", key=link_history.shortened(key), rows=len(rows))
    if not rows:
        raise Refusal("No pseudonym of that key was put to linkage. Look in core.dim_person_keys.")
    for line in link_history.lines(rows):
        print(line)
