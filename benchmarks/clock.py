"""Where the time of a night goes: its functions are wrapped, in the process that measures, each with its stage.

The product has no timers. A stage's seconds are those in which no other stage began inside it; what no stage
claims is `rest`. On Linux the peak of each stage is the kernel's own, begun anew at each change.
"""

from __future__ import annotations

import importlib
import itertools
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

REST = "rest"
# stage → the functions whose time is its own. A name that is gone fails here, so that no time is lost unseen.
STAGES = {
    "set aside": ("operations.previous:check", "operations.publish:work_copy"),
    "land": ("ingest.landing:land",),
    "read": ("ingest.night:_read", "ingest.loading:add"),
    "check": ("ingest.night:look_over", "expectations.check:run"),
    "accept": ("ingest.acceptance:accept",),
    "link": ("ingest.linkage:link_night",),
    "build": ("operations.build:build",),
    "publish": ("operations.publish:publish",),
    "send back": ("ingest.after:send_back",),
}
LAYERS = ("seeds", "stage", "core", "marts", "indicators", "tests")
REFS, RESET = Path("/proc/self/clear_refs"), "5"


@dataclass
class Clock:
    """Seconds and peak MB by stage, of the process it runs in."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    peaks: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    nodes: list = field(default_factory=list)
    within: list[str] = field(default_factory=lambda: [REST])
    since: float = field(default_factory=time.perf_counter)

    def turn(self) -> None:
        """What passed since the last change belongs to the stage that was on."""
        now, stage = time.perf_counter(), self.within[-1]
        self.seconds[stage] += now - self.since
        self.peaks[stage] = max(self.peaks[stage], _peak_and_anew())
        self.since = time.perf_counter()

    def wrap(self, stage: str, work):
        """A function that does the same, on this stage's account."""

        def timed(*given, **named):
            self.turn()
            self.within.append(stage)
            try:
                return work(*given, **named)
            finally:
                self.turn()
                self.within.pop()

        return timed

    def attach(self) -> Clock:
        """Wrap the night's functions, and hear what dbt tells of each model."""
        for stage, places in STAGES.items():
            for place in places:
                module, _, name = place.partition(":")
                holder = importlib.import_module(module)
                setattr(holder, name, self.wrap(stage, getattr(holder, name)))
        self.hear_dbt()
        return self

    def hear_dbt(self) -> None:
        """Keep what each of dbt's nodes was, what SQL it ran and when; dbt itself is loaded by who builds, or not at all."""
        from operations import build

        run = build._run

        def heard(*given):
            answer = run(*given)
            if answer.result is not None:
                self.nodes += [node_of(r) for r in getattr(answer.result, "results", ())]
            return answer

        build._run = heard

    def told(self) -> tuple[dict, dict]:
        """(seconds, peaks) by stage so far, the build shared out among its layers."""
        self.turn()
        found = dict(self.seconds)
        found |= shared(self.nodes, found.pop("build", 0.0))
        return found, dict(self.peaks)


def _peak_and_anew() -> float:
    """The most this process held since last asked, in MB; 0 where the kernel does not tell by stage."""
    if sys.platform != "linux":
        return 0.0
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    held = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    REFS.write_text(RESET, "ascii")
    return held / 1024


def node_of(result) -> dict:
    """One of dbt's results as plain data: its layer, its table, its SQL, and (begun, ended) of each part."""
    node = result.node
    spans = [(t.started_at, t.completed_at) for t in result.timing if t.started_at and t.completed_at]
    return {
        "layer": layer(node),
        "relation": getattr(node, "relation_name", None),
        "kind": str(node.resource_type),
        "sql": getattr(node, "compiled_code", None),
        "begun": min((_moment(a) for a, _ in spans), default=0.0),
        "ended": max((_moment(b) for _, b in spans), default=0.0),
    }


def _moment(told) -> float:
    return told.timestamp() if isinstance(told, datetime) else datetime.fromisoformat(str(told)).timestamp()


def layer(node) -> str:
    """Which stage a node of dbt's belongs to."""
    kind = str(node.resource_type)
    if kind in ("seed", "test"):
        return f"{kind}s"
    first = node.fqn[1] if len(node.fqn) > 1 else ""
    if first == "marts" and node.name.startswith("fct_indicator"):
        return "indicators"
    return {"staging": "stage"}.get(first, first)


def shared(nodes: list[dict], whole: float) -> dict[str, float]:
    """The seconds of a build by layer: each moment is shared among the nodes that ran in it, and what no node
    ran in (dbt itself: reading its project, putting it in order) is `dbt itself`."""
    edges = sorted({t for n in nodes for t in (n["begun"], n["ended"]) if t})
    found: dict[str, float] = defaultdict(float)
    for begun, ended in itertools.pairwise(edges):
        running = [
            n for n in nodes if n["begun"] <= begun and n["ended"] >= ended and n["ended"] > n["begun"]
        ]
        for n in running:
            found[n["layer"]] += (ended - begun) / len(running)
    if whole:
        found["dbt itself"] = max(whole - sum(found.values()), 0.0)
    return dict(found)
