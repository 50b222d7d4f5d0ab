"""How each stage grows: a plot on two logarithmic axes, and the exponents beside it."""

from __future__ import annotations

from benchmarks.told import Table, exponent

DEFECT = 1.05


def lines(results: dict[str, dict]) -> dict[str, list[tuple[int, float]]]:
    """(size, seconds) by stage, of every measure that told more than one size."""
    found = {}
    for name, result in results.items():
        for stage, points in result["growth"].items():
            label = stage if name == "night" or stage not in ("link", "check") else f"{stage} alone"
            if len(points) > 1:
                found[f"{label} ({result['counted']})"] = [tuple(p) for p in points]
    return found


def table(results: dict[str, dict]) -> Table:
    """The exponent of every stage; above 1.05 it is a defect."""
    rows = []
    for name, points in sorted(lines(results).items()):
        power = exponent(points)
        said = "" if power is None else "DEFECT" if power > DEFECT else "as it should"
        rows.append((name, f"{points[0][0]:,} to {points[-1][0]:,}", str(len(points)), f"{power:.2f}", said))
    return Table(
        "How each grows",
        ("stage (what is counted)", "sizes", "of them", "exponent", ""),
        tuple(rows),
        "Least squares on the logarithms of size and seconds; 1 is in proportion, above 1.05 is a defect.",
    )


def drawing(results: dict[str, dict]) -> str | None:
    """The plot as SVG, by what draws the reports' charts; None where nothing has two sizes."""
    found = lines(results)
    if not found:
        return None
    import altair as alt

    from reports.charts import drawing, style

    values = [
        {"stage": name, "size": size, "seconds": seconds}
        for name, points in sorted(found.items())
        for size, seconds in points
    ]
    x = alt.X("size:Q", scale=alt.Scale(type="log"), axis=alt.Axis(title="size", format="~s", grid=True))
    y = alt.Y("seconds:Q", scale=alt.Scale(type="log"), axis=alt.Axis(title=None, format="~g"))
    base = alt.Chart(
        drawing.rows(values), title=drawing.above("Seconds, by what is read, on logarithmic axes")
    )
    legend = alt.Legend(title=None, columns=3, labelLimit=0)
    names = sorted(found)
    colours = [style.COLOURS[n % len(style.COLOURS)] for n in range(len(names))]
    shapes = [style.SHAPES[n // len(style.COLOURS) % len(style.SHAPES)] for n in range(len(names))]
    colour = alt.Color("stage:N", scale=alt.Scale(domain=names, range=colours), legend=legend)
    shape = alt.Shape("stage:N", scale=alt.Scale(domain=names, range=shapes), legend=legend)
    marks = [
        base.mark_line().encode(x=x, y=y, color=colour),
        base.mark_point(filled=True, size=50).encode(x=x, y=y, color=colour, shape=shape),
    ]
    return drawing.drawn(alt.layer(*marks).properties(width=style.WIDE, height=400))
