"""Words what was measured: tables in Markdown, and figures for programs."""

import statistics

from measurements import CONNECTIONS, EARLY, LIMITS, MAIN_CONNECTIONS
from pods import QUIET_RATE, RATE
from servers import Cluster

SERVERS = ("agent", "go", "nginx")
TITLES = {
    "agent": "agent",
    "before": "agent before",
    "agent-silent": "agent that logs nothing",
    "agent-c1": "agent, C1 only",
    "agent-c2": "agent, C1 and C2",
    "node-agent": "node agent",
    "sidecar": "sidecar",
    "go": "Go `net/http`",
    "nginx": "nginx",
}
BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"
FULL_MINUTE = 60


def ratio(over, under, figure):
    """The median of the ratios of runs of the same round; None when one of them is void."""
    ratios = _ratios(over.values(figure), under.values(figure))
    return statistics.median(ratios) if ratios else None


def _ratios(over, under):
    return [above / below for above, below in zip(over, under)]


class Verdict:
    """A figure with what it must be and what it ought to be."""

    def __init__(self, figure, bounds, measured, unit="", at_most=True, note=""):
        self.figure = figure
        self.must, self.aim = bounds
        self.measured = measured
        self.unit = unit
        self.at_most = at_most
        self.note = note

    def _meets(self, bound):
        if bound is None:
            return False
        return self.measured <= bound if self.at_most else self.measured >= bound

    def met(self):
        if self.measured is None:
            return "void"
        if self._meets(self.aim):
            return "aim"
        if self.must is None:
            return "not the aim"
        return "must" if self._meets(self.must) else "no"

    def row(self):
        bounds = [self._bound(bound) for bound in (self.must, self.aim)]
        return [self.figure, *bounds, f"{_number(self.measured, self.unit)}{self.note}", self.met()]

    def _bound(self, bound):
        return "" if bound is None else f"{'<=' if self.at_most else '>='} {bound:g}{self.unit}"

    def plain(self):
        return {
            "figure": self.figure,
            "must": self.must,
            "aim": self.aim,
            "measured": self.measured,
            "unit": self.unit.strip(),
            "met": self.met(),
        }


def verdicts(found):
    """The figures that the agent is held to, as far as they were measured."""
    return [
        *_of_reads(found.get("reads")),
        *_of_misses(found.get("hanging")),
        *_of_flood(found.get("flood")),
        *_of_starts(found.get("starts")),
        *_of_memory(found.get("memory"), found["pace"]),
        *_of_node(found.get("node")),
        *_of_node_agent(found.get("node-agent")),
        *_of_large(found.get("large")),
        *_of_logging(found.get("reads")),
    ]


def _of_reads(reads):
    if not reads:
        return []
    agent, go, nginx = (reads[(name, MAIN_CONNECTIONS)] for name in SERVERS)
    p99 = agent.median("p99")
    return [
        Verdict(
            "cached reads a second, 32 connections, against Go",
            (1.2, 1.5),
            ratio(agent, go, "rate"),
            " x",
            at_most=False,
        ),
        Verdict(
            "the same against nginx", (0.7, 0.9), ratio(agent, nginx, "rate"), " x", at_most=False
        ),
        Verdict("CPU for a cached read, against Go", (0.8, None), ratio(agent, go, "cpu"), " x"),
        Verdict("the same against nginx", (None, 1.2), ratio(agent, nginx, "cpu"), " x"),
        Verdict("p99 at 32 connections", (3, 1.5), p99, " ms"),
        Verdict("the same against Go", (1, None), ratio(agent, go, "p99"), " x"),
    ]


def _of_misses(hanging):
    if not hanging:
        return []
    runs, waiting = hanging
    return [
        Verdict(
            "p99 of hits beside 200 hanging misses, against hits alone",
            (2, 1.2),
            ratio(runs["hanging"], runs["alone"], "p99"),
            " x",
            note=f" ({waiting} hung to the end)",
        )
    ]


def _of_flood(flood):
    if not flood:
        return []
    runs, waiting, alive = flood
    return [
        Verdict(
            "p99 of hits beside 2000 misses, against hits alone",
            (2, 1.2),
            ratio(runs["flooded"], runs["alone"], "p99"),
            " x",
            note=f" ({waiting} let in; {'still' if alive else 'NOT'} alive)",
        )
    ]


def _of_starts(times):
    if not times:
        return []
    ping = statistics.median(times[("agent", "ping")])
    get = statistics.median(times[("agent", "get")])
    note = f" (`/ping`; a secret, from KMS: {get:.0f} ms)"
    return [Verdict("start to the first 200", (300, 200), ping, " ms", note=note)]


def _of_memory(memory, pace):
    if not memory:
        return []
    agent = memory["agent"]
    note = "" if pace.full_load >= FULL_MINUTE else f" (after {pace.full_load} s)"
    return [
        Verdict("resident memory, idle", (75, 64), _median(agent["idle"], "rss"), " MiB"),
        Verdict(
            "the same after a minute of full load",
            (100, 80),
            _median(agent["loaded"], "rss"),
            " MiB",
            note=note,
        ),
    ]


def _of_node(node):
    if not node:
        return []
    private = _median(node["agent"], "private")
    return [Verdict("private memory of each of five idle agents", (42, None), private, " MiB")]


def _of_node_agent(found):
    if not found:
        return []
    took, (sts, kms) = found["further"]
    kept, new = (
        ratio(*(found["reads"][(name, keeps)] for name in ("node-agent", "sidecar")), "cpu")
        for keeps in (True, False)
    )
    served = found["served"].memory["private"]
    of_each = (served - found["ready"].memory["private"]) / Cluster.PODS
    verdicts = [
        Verdict(
            f"private memory, {Cluster.PODS} pods of {Cluster.ROLES} roles",
            (300, None),
            served,
            " MiB",
        ),
        Verdict("of that for each pod, with its secrets", (0.3, None), of_each, " MiB"),
        Verdict(
            "calls for the first read of a further pod",
            (2, None),
            sts + kms,
            note=f" ({sts} of STS, {kms} of KMS; {took:.0f} ms)",
        ),
        Verdict(
            "CPU for a cached read on a kept connection, against a sidecar",
            (1.35, None),
            kept,
            " x",
            note=f" (on a new connection: {_number(new, ' x')})",
        ),
    ]
    return verdicts + [
        Verdict(
            f"p99 beside a neighbour, against quiet: {_way(name)}",
            (2, None),
            case.ratio(),
            " x",
            note=f" ({sum(reads.misses for reads in case.beside)} reads not cached)",
        )
        for name, case in found["neighbour"].items()
    ]


def _way(name):
    return name.replace("_", " ")


def _of_large(large):
    if not large:
        return []
    runs, evicted = large
    of_go = ratio(runs["go many"], runs["go one"], "rate")
    lost = f"; {evicted} evicted" if evicted else ""
    return [
        Verdict(
            "500 secrets of 30 KB in turn, against one",
            (0.85, 0.95),
            ratio(runs["many"], runs["one"], "rate"),
            " x",
            at_most=False,
            note=f" (Go's server: {_number(of_go, ' x')}{lost})",
        )
    ]


def _of_logging(reads):
    if not reads:
        return []
    told, silent = reads[("agent", MAIN_CONNECTIONS)], reads[("agent-silent", MAIN_CONNECTIONS)]
    return [
        Verdict(
            "logging at Debug, against no logging",
            (0.8, 0.95),
            ratio(told, silent, "rate"),
            " x",
            at_most=False,
        )
    ]


def markdown(found, judged):
    """All tables."""
    parts = [machine(found)]
    parts += [table(["figure", "must", "aim", "measured", "met"], [v.row() for v in judged])]
    if found.get("reads"):
        parts += [_reads(found["reads"])]
    if found.get("starts"):
        parts += [_starts(found["starts"])]
    if found.get("memory"):
        parts += [_memory(found["memory"], found["pace"])]
    if found.get("limits"):
        parts += [_limits(found["limits"], found["pace"])]
    if found.get("node"):
        parts += [_node(found["node"])]
    if found.get("node-agent"):
        parts += [_node_agent(found["node-agent"]), _neighbours(found["node-agent"]["neighbour"])]
    parts += [_others(found), _against_before(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


def machine(found):
    """When, where and how."""
    pace = found["pace"]
    return (
        f"{found['date']}. {found['machine']}. {found['distribution']}, body of {found['size']} bytes."
        f" Rounds: {pace.rounds}, each measurement {pace.seconds} s. Medians, in brackets the least and the"
        f" greatest; ratios are medians of the ratios within a round."
        f" Other processes of the machine had {_percent(found['strangers'])} of its processors"
        f" (median of the runs; at most {_percent(found['strangers_most'])})."
    )


def _reads(reads):
    rows = []
    for (name, connections), series in reads.items():
        if series.void:
            rows.append([_title(name), str(connections), series.void, "", "", ""])
            continue
        go, nginx = (reads[(other, connections)] for other in ("go", "nginx"))
        rows.append(
            [
                _title(name),
                str(connections),
                f"{_spread(series, 'rate', 0)}",
                f"{_spread(series, 'p50', 2)} / {_spread(series, 'p99', 2)}",
                _spread(series, "cpu", 1),
                f"{_times(ratio(series, go, 'rate'))} / {_times(ratio(series, nginx, 'rate'))}",
            ]
        )
    order = {count: at for at, count in enumerate(CONNECTIONS)}
    rows.sort(key=lambda row: order[int(row[1])])
    heads = [
        "server",
        "connections",
        "requests/s",
        "p50 / p99 ms",
        "CPU us/request",
        "rate: x Go / x nginx",
    ]
    return table(heads, rows)


def _starts(times):
    rows = [
        [_title(name), "`/ping`" if path == "ping" else "a secret, from KMS", _span(took)]
        for (name, path), took in times.items()
    ]
    return table(["start", "first 200 of", "ms"], rows)


def _memory(memory, pace):
    rows = [
        [_title(name)]
        + [
            f"{_median(figures[when], 'rss'):.0f} / {_median(figures[when], 'pss'):.0f}"
            for when in ("idle", "loaded")
        ]
        for name, figures in memory.items()
    ]
    loaded = f"after {pace.full_load} s of full load"
    heads = ["resident / proportional MiB", f"idle for {pace.idle} s", loaded]
    parts = [
        [part, f"{size:.0f}"]
        for part, size in sorted(memory["agent"]["parts"].items(), key=lambda part: -part[1])
    ]
    return table(heads, rows) + "\n\n" + table(["where the agent's is, idle", "MiB"], parts)


def _limits(limits, pace):
    rows = [
        [
            _cores(cores),
            _title(name),
            _span(some.first, 2),
            _span(some.lone, 2),
            some.early.void or _spread(some.early, "rate", 0),
            some.warm.void or _spread(some.warm, "rate", 0),
            _span(some.rss),
        ]
        for (cores, name), some in limits.items()
    ]
    heads = [
        "CPU limit",
        "server",
        "first read, s",
        "lone read, p50 ms",
        f"reads/s, first {min(EARLY, pace.limited)} s",
        "reads/s, warm",
        "resident MiB",
    ]
    return table(heads, rows)


def _node(node):
    rows = [
        [
            _title(name),
            _span([memory["private"] for memory in agents]),
            f"{sum(memory['pss'] for memory in agents):.0f}",
        ]
        for name, agents in node.items()
    ]
    return table(["five idle", "MiB private to each", "proportional MiB of all"], rows)


def _node_agent(found):
    """The agent of a node beside as many sidecars as it has pods, of which some were measured."""
    of_sidecars = [cost.memory for cost in found["sidecars"]]
    rows = [
        [f"{kind} MiB"]
        + [f"{found[when].memory[key]:.0f}" for when in ("ready", "served", "loaded")]
        + [f"{_median(of_sidecars, key) * times:.0f}" for times in (1, Cluster.PODS)]
        for kind, key in (("private", "private"), ("proportional", "pss"), ("resident", "rss"))
    ]
    cpu = statistics.median(cost.cpu for cost in found["sidecars"])
    spent = [found["ready"].cpu, found["served"].cpu, None, cpu, cpu * Cluster.PODS]
    rows += [["CPU s"] + ["" if value is None else f"{value:.1f}" for value in spent]]
    heads = [
        "so far",
        "node agent, ready",
        f"{Cluster.PODS} pods have read {Cluster.SECRETS} secrets",
        f"after {RATE} reads/s",
        "a sidecar, the same secrets",
        f"{Cluster.PODS} of them",
    ]
    reads = [
        [
            _title(name),
            "kept" if keeps else "new",
            _spread(series, "cpu", 1),
            _spread(series, "rate", 0),
        ]
        for (name, keeps), series in found["reads"].items()
        if not series.void
    ]
    rate = found["rate"]
    return "\n\n".join(
        [
            table(heads, rows),
            table(["cached reads", "connections", "CPU us/read", "reads/s"], reads),
            f"{RATE} cached reads a second by all pods: p50 {rate.percentile(0.5):.2f} ms, p99"
            f" {rate.percentile(0.99):.2f} ms, with {found['share']:.2f} processors of the agent.",
        ]
    )


def _neighbours(neighbours):
    rows = [
        [
            _way(name),
            _span(case.rate),
            _span(case.cpu, 2),
            *(
                _span([reads.percentile(0.99) for reads in some], 2)
                for some in (case.quiet, case.beside)
            ),
            _times(case.ratio()),
            str(sum(reads.misses for reads in case.beside)),
        ]
        for name, case in neighbours.items()
    ]
    heads = [
        "the neighbour",
        "a second",
        "agent's processors",
        f"p99 ms of {QUIET_RATE} reads/s, quiet",
        "beside it",
        "ratio",
        "not cached",
    ]
    return table(heads, rows)


def _against_before(found):
    """What the agent needs, over what an earlier one needs."""
    compared = _figures_of_agents(found)
    rows = [
        [figure, _span(before, digits), _span(agent, digits), _span(_ratios(agent, before), 2)]
        for figure, digits, agent, before in compared
        if agent and before
    ]
    return table(["figure", "agent before", "agent", "ratio"], rows) if rows else ""


def _figures_of_agents(found):
    """A name, its digits, and the values by rounds of the agent and of the one before."""
    names = ("agent", "before")
    parts = ("starts", "memory", "node", "reads", "limits")
    times, memory, node, reads, limits = (found.get(part, {}) for part in parts)
    if ("before", "get") in times:
        for path, title in (("ping", "`/ping`"), ("get", "a secret")):
            yield f"start to {title}, ms", 0, *(times[(name, path)] for name in names)
    if "before" in memory:
        idle = ([some["rss"] for some in memory[name]["idle"]] for name in names)
        yield "resident memory, idle, MiB", 0, *idle
    if "before" in node:
        idle = ([some["private"] for some in node[name]] for name in names)
        yield "private memory of each of five, idle, MiB", 0, *idle
    if ("before", MAIN_CONNECTIONS) in reads:
        series = [reads[(name, MAIN_CONNECTIONS)] for name in names]
        yield "CPU of a cached read, us", 1, *(some.values("cpu") for some in series)
        yield "cached reads a second, 32 connections", 0, *(some.values("rate") for some in series)
    for cores in LIMITS if (None, "before") in limits else ():
        agents, at = [limits[(cores, name)] for name in names], f"CPU limit {_cores(cores)}"
        yield f"{at}: first read, s", 2, *(some.first for some in agents)
        yield f"{at}: lone read, p50 ms", 2, *(some.lone for some in agents)
        yield f"{at}: warm reads a second", 0, *(some.warm.values("rate") for some in agents)


def _others(found):
    series = {}
    if found.get("hanging"):
        runs, _ = found["hanging"]
        series["hits alone"] = runs["alone"]
        series["hits beside 200 hanging misses"] = runs["hanging"]
    if found.get("flood"):
        runs, _, _ = found["flood"]
        series["hits before 2000 misses"] = runs["alone"]
        series["hits beside 2000 misses"] = runs["flooded"]
    if found.get("large"):
        runs, _ = found["large"]
        series["one secret of 30 KB"] = runs["one"]
        series["500 secrets of 30 KB in turn"] = runs["many"]
        series["Go `net/http`: one secret of 30 KB"] = runs["go one"]
        series["Go `net/http`: 500 in turn"] = runs["go many"]
    rows = [
        [name, runs.void or _spread(runs, "rate", 0)]
        + (["", ""] if runs.void else [f"{_spread(runs, 'p99', 2)}", _spread(runs, "cpu", 1)])
        for name, runs in series.items()
    ]
    heads = ["the agent, 32 connections", "requests/s", "p99 ms", "CPU us/request"]
    return table(heads, rows) if rows else ""


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def every_series(found):
    """All series by a name."""
    series = {f"{name} at {count}": runs for (name, count), runs in found.get("reads", {}).items()}
    for (cores, name), some in found.get("limits", {}).items():
        at = f"{name} under CPU limit {_cores(cores)}"
        series |= {f"{at}, early": some.early, f"{at}, warm": some.warm}
    for (name, keeps), runs in found.get("node-agent", {}).get("reads", {}).items():
        series[f"{name}, connections {'kept' if keeps else 'new'}"] = runs
    for part in ("hanging", "flood", "large"):
        runs = found[part][0] if part in found else {}
        series |= {f"{part}: {name}": some for name, some in runs.items()}
    return series


def plain(found, judged):
    """Everything for programs."""
    return {
        "date": found["date"],
        "machine": found["machine"],
        "distribution": found["distribution"],
        "pace": vars(found["pace"]),
        "verdicts": [verdict.plain() for verdict in judged],
        "runs": {
            name: {"void": runs.void, "runs": [vars(run) for run in runs.runs]}
            for name, runs in every_series(found).items()
        },
        "starts_ms": {
            f"{name} {path}": took for (name, path), took in found.get("starts", {}).items()
        },
        "limits": {
            f"{name} under CPU limit {_cores(cores)}": {
                "first_read_s": some.first,
                "lone_read_p50_ms": some.lone,
                "resident_mib": some.rss,
            }
            for (cores, name), some in found.get("limits", {}).items()
        },
        "memory_mib": found.get("memory", {}),
        "node_mib": found.get("node", {}),
        "neighbour": {
            name: {
                "p99_ms_quiet": [reads.percentile(0.99) for reads in case.quiet],
                "p99_ms_beside": [reads.percentile(0.99) for reads in case.beside],
                "agent_processors": case.cpu,
                "a_second": case.rate,
            }
            for name, case in found.get("node-agent", {}).get("neighbour", {}).items()
        },
        "failed": found["failed"],
    }


def written(page, text):
    """A page whose part between the marks is ``text``."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no part between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def _title(name):
    return TITLES[name]


def _cores(limit):
    return "none" if limit is None else f"{limit:g}"


def _spread(series, figure, digits):
    return _span(series.values(figure), digits)


def _span(values, digits=0):
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f}..{most:.{digits}f})"


def _median(memories, kind):
    return statistics.median(memory[kind] for memory in memories)


def _times(value):
    return "-" if value is None else f"{value:.2f}"


def _number(value, unit):
    if value is None:
        return "void"
    return f"{value:.2f}{unit}" if value < 10 else f"{value:.0f}{unit}"


def _percent(part):
    return f"{part * 100:.0f} %"
