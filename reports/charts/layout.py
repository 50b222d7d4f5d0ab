"""Where things stand on a chart: the ends of its scale, and labels that keep out of one another's way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

LINE = 15  # pixels from one line of text to the next
# Thousandths of the size that letters of Liberation Sans and Arial take; any other takes 600, bold 8 % more.
LETTERS = {
    222: "ijl'|",
    278: " \N{NO-BREAK SPACE}ftI.,:;/![]",
    333: "r()-",
    500: "ckvsxyzJ",
    556: "abdeghnopquL0123456789",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
}
WIDTHS = {letter: wide for wide, letters in LETTERS.items() for letter in letters}
ROUND = (1, 2, 2.5, 5, 10)


def width(text: str, size: float = 12, bold: bool = False) -> float:
    """How wide a text is in pixels."""
    return sum(WIDTHS.get(c, 600) for c in text) / 1000 * size * (1.08 if bold else 1)


def wrapped(text: str, room: float, size: float = 12) -> list[str]:
    """A text in lines no wider than `room` pixels, broken between words."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def scale(values: Iterable[float | None], at_most: float | None = None) -> tuple[float, float, float]:
    """The ends and the step of an axis that begins at 0 and holds every value → (bottom, top, step); step 0 where there is none."""
    told = [v for v in values if v is not None and math.isfinite(v)]
    if not told:
        return 0.0, 1.0, 0.0
    high, low = max([*told, 0.0]), min([*told, 0.0])
    if at_most is not None and high > 0.7 * at_most:
        high = at_most
    reach = (high - low) or 1.0
    raw = reach / 5
    tens = 10.0 ** math.floor(math.log10(raw))
    step = next(r * tens for r in ROUND if r * tens >= raw * (1 - 1e-9))
    step = 1.0 if step < 1 and all(v == int(v) for v in told) else step
    return step * math.floor(low / step), step * max(math.ceil(high / step - 1e-9), 1), step


def ticks(bottom: float, top: float, step: float) -> list[float]:
    """The places of an axis that carry a number; none where no figure can be shown."""
    if not step:
        return []
    return [round(bottom + n * step, 9) for n in range(round((top - bottom) / step) + 1)]


def dodged(wanted: Sequence[float], low: float, high: float, apart: float = LINE) -> list[float]:
    """Places as near as can be to those wanted, `apart` from one another, between `low` and `high`.

    Keeps their order (equal ones keep the order they came in). Where there is no room for all, they stand
    closer than `apart`, still evenly.
    """
    if len(wanted) > 1:
        apart = min(apart, (high - low) / (len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[list[float]] = []  # [sum of wishes, each less its place in the block; how many]
    for at, i in enumerate(order):
        blocks.append([min(max(wanted[i], low), high) - at * apart, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + count]
    flat = [total / count for total, count in blocks for _ in range(int(count))]
    last = high - apart * (len(wanted) - 1)
    placed = [0.0] * len(wanted)
    for at, (i, base) in enumerate(zip(order, flat, strict=True)):
        placed[i] = round(min(max(base, low), last) + at * apart, 3)
    return placed


Box = tuple[float, float, float, float]


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes (left, top, right, bottom) share any area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def labelled(
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    taken: Sequence[Box],
    room: tuple[float, float],
) -> list[tuple[float, float]]:
    """Where the label of each point begins (left, middle), in pixels, clear of points, labels and `taken`.

    Tries beside, above and below, near first, in the order the points come; where all is full the label stands
    in the nearest place at the right edge that is free.
    """
    boxes = [*taken, *((x - 7, y - 7, x + 7, y + 7) for x, y in points)]
    placed = []
    for (x, y), text in zip(points, texts, strict=True):
        wide = width(text)
        tried = [(left, mid) for left, mid in _around(x, y, wide) if _inside(left, mid, wide, room)]
        tried += [(room[0] - wide, n * LINE / 2) for n in range(2, int(2 * room[1] / LINE))]
        left, mid = next(
            (t for t in tried if not any(overlap(_box(*t, wide), b) for b in boxes)),
            tried[0] if tried else (x, y),
        )
        boxes.append(_box(left, mid, wide))
        placed.append((round(left, 3), round(mid, 3)))
    return placed


def _around(x: float, y: float, wide: float) -> Iterable[tuple[float, float]]:
    for away in (0, 12, 24, 40, 60):
        for left in (x + 10 + away, x - 10 - away - wide):
            yield left, y
        for up in (-1, 1):
            for left in (x - wide / 2, x + 6, x - wide - 6):
                yield left, y + up * (16 + away)


def _inside(left: float, middle: float, wide: float, room: tuple[float, float]) -> bool:
    return left >= 2 and left + wide <= room[0] - 2 and 8 <= middle <= room[1] - 8


def _box(left: float, middle: float, wide: float) -> Box:
    return left - 2, middle - 8, left + wide + 2, middle + 8


def leader(point: tuple[float, float], label: tuple[float, float], text: str) -> list[tuple[float, float]]:
    """The line from a point to a label that does not stand next to it: two places in pixels, or none."""
    left, middle = label
    near = min(max(point[0], left), left + width(text))
    end = (near, middle if near != point[0] else middle + (8 if middle < point[1] else -8))
    return [point, end] if math.dist(point, end) > 14 else []
