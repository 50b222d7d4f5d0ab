"""Nights in order whatever the machine's clock says: one that stands wrong is told of, and never turns time back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LONG = timedelta(days=400)  # nobody leaves a warehouse alone for so long; a clock may have leapt
TICK = timedelta(seconds=1)


def last_night(connection) -> datetime | None:
    """When the last night began that this warehouse knows of."""
    at = connection.execute("select epoch_us(max(started_at)) from landing.runs").fetchone()[0]
    return None if at is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at)


def after(last: datetime | None, now: datetime) -> datetime:
    """Now; where the clock stands before the last night, the second after that, so that later stays later."""
    return now if last is None or now > last else last + TICK


def doubt(last: datetime | None, now: datetime) -> str | None:
    """What to say of a clock that cannot be right; None of one that can."""
    if last is None:
        return None
    if now < last:
        told = f"it says {now:%Y-%m-%d %H:%M} UTC, and the last night began {last:%Y-%m-%d %H:%M} UTC"
    elif now - last > LONG:
        told = f"it says {now:%Y-%m-%d}, {(now - last).days:,} days after the last night"
    else:
        return None
    return (
        f"The clock of this machine may be wrong: {told}. Set it; then look at what came in with this night."
    )
