"""The command that builds the core data set elsewhere than in the warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer()


@app.command()
def build(
    context: typer.Context,
    target: Annotated[str, typer.Option(help="spark; the night itself builds in the warehouse.")],
    to: Annotated[Path, typer.Option(help="The folder to make, with the tables as Parquet.")],
    master: Annotated[str, typer.Option(help="local[*], or local-cluster[2,1,1500].")] = "local[*]",
    memory: Annotated[str, typer.Option(help="What Spark's driver may take.")] = "2g",
    parts: Annotated[int, typer.Option(help="Into how many parts rows are shuffled.")] = 4,
    plain: Annotated[
        bool, typer.Option("--plain", help="Write plain files though the house encrypts.")
    ] = False,
):
    """Build the core data set and the marts in Spark, from what the live warehouse has accepted."""
    from operations import spark
    from operations.spark_session import Asked

    home = context.obj
    if target != "spark":
        raise Refusal(f"There is no target {target}. Give: --target spark.")
    if not spark.is_master(master):
        raise Refusal(f"{master} is not Spark on this machine. Give local[*] or local-cluster[2,1,1500].")
    if home.settings.encryption == "required" and not plain:
        raise Refusal(
            "This house encrypts, and Parquet is plain. Give --plain where the disk itself is encrypted.", 4
        )
    home.note("build", target=target, to=str(to.resolve()), master=master)
    built = spark.build(home, to.resolve(), Asked(master, memory, parts))
    took = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in built.seconds.items())
    print(f"{to}: {built.tables} tables, {built.rows:,} rows. {took[0].upper()}{took[1:]}.")
