"""Words what was measured: tables in Markdown."""

import statistics
from dataclasses import dataclass

from measurements import CONNECTIONS, EARLY, LIMITS, MAIN_CONNECTIONS
from pods import QUIET_RATE, RATE
from servers import Cluster

TITLES = {
    "agent": "agent",
    "before": "agent before",
    "agent-silent": "agent that logs nothing",
    "agent-c1": "agent, C1 only",
    "agent-c2": "agent, C1 and C2",
    "node-agent": "node agent",
    "sidecar": "sidecar",
    "go": "Go `net/http`",
    "nginx": "nginx, a file",
    "nginx-memory": "nginx, from memory",
}
FEATURES = {
    "none": "without",
    "again": "without, a second one",
    "file": "a secret in a file",
    "folder": "a cache in a folder",
    "audit": "an audit",
    "required": "a required audit",
    "before": "before, without",
}
PATHS = {"ping": "`/ping`", "get": "a secret, from KMS"}
BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"
FULL_MINUTE = 60
STEADY = 1.1
"""Values of which the greatest is at most so many times the least are given without a spread."""


def ratios(over, under, figure):
    """The ratios of runs of the same round; none when one of the series is void."""
    return _ratios(over.values(figure), under.values(figure))


def _ratios(over, under):
    return [above / below for above, below in zip(over, under)]


@dataclass
class Verdict:
    """A figure with what it must be and what it ought to be."""

    figure: str
    must: float | None
    aim: float | None
    values: list[float]
    """By rounds."""
    unit: str = ""
    note: str = ""
    at_most: bool = True

    @property
    def measured(self):
        return _middle(self.values)

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
            return "" if self.aim is None else "not the aim"
        return "must" if self._meets(self.must) else "no"

    def row(self):
        bounds = [self._bound(bound) for bound in (self.must, self.aim)]
        spread = "" if _steady(self.values) else f" ({_ends(self.values)})"
        measured = f"{_number(self.measured, self.unit)}{spread}{self.note}"
        return [self.figure, *bounds, measured, self.met()]

    def _bound(self, bound):
        return "" if bound is None else f"{'<=' if self.at_most else '>='} {bound:g}{self.unit}"


def verdicts(found):
    """The figures that the agent is held to, as far as they were measured."""
    judged = []

    def at_most(*figure):
        judged.append(Verdict(*figure))

    def at_least(*figure):
        judged.append(Verdict(*figure, at_most=False))

    reads = found.get("reads")
    if reads:
        names = ("agent", "go", "nginx", "nginx-memory")
        agent, go, nginx, memory = (reads[(name, MAIN_CONNECTIONS)] for name in names)
        rate = f"cached reads a second, {MAIN_CONNECTIONS} connections, against Go"
        at_least(rate, 1.2, 1.5, ratios(agent, go, "rate"), " x")
        at_least("the same against nginx, a file", 0.7, 0.9, ratios(agent, nginx, "rate"), " x")
        of_memory = ratios(agent, memory, "rate")
        at_least("the same against nginx, from memory", None, None, of_memory, " x")
        at_most("CPU for a cached read, against Go", 0.8, None, ratios(agent, go, "cpu"), " x")
        at_most("the same against nginx, a file", None, 1.2, ratios(agent, nginx, "cpu"), " x")
        of_memory = ratios(agent, memory, "cpu")
        at_most("the same against nginx, from memory", None, None, of_memory, " x")
        at_most("p99 at 32 connections", 3, 1.5, agent.values("p99"), " ms")
        at_most("the same against Go", 1, None, ratios(agent, go, "p99"), " x")
    if found.get("hanging"):
        runs, waiting = found["hanging"]
        figure = "p99 of hits beside 200 hanging misses, against hits alone"
        p99 = ratios(runs["hanging"], runs["alone"], "p99")
        at_most(figure, 2, 1.2, p99, " x", f" ({waiting} hung to the end)")
    if found.get("flood"):
        runs, waiting, alive = found["flood"]
        figure = "p99 of hits beside 2000 misses, against hits alone"
        note = f" ({waiting} let in; {'still' if alive else 'NOT'} alive)"
        at_most(figure, 2, 1.2, ratios(runs["flooded"], runs["alone"], "p99"), " x", note)
    if found.get("starts"):
        ping, get = (found["starts"][("agent", path)] for path in ("ping", "get"))
        note = f" (`/ping`; a secret, from KMS: {statistics.median(get):.0f} ms)"
        at_most("start to the first 200", 300, 200, ping, " ms", note)
    if found.get("memory"):
        agent, seconds = found["memory"]["agent"], found["pace"].full_load
        note = "" if seconds >= FULL_MINUTE else f" (after {seconds} s)"
        idle, loaded = ([some["rss"] for some in agent[when]] for when in ("idle", "loaded"))
        at_most("resident memory, idle", 75, 64, idle, " MiB")
        at_most("the same after a minute of full load", 100, 80, loaded, " MiB", note)
    if found.get("node"):
        private = [some["private"] for some in found["node"]["agent"]]
        at_most("private memory of each of five idle agents", 42, None, private, " MiB")
    if found.get("node-agent"):
        _judge_node_agent(found["node-agent"], at_most)
    if found.get("large"):
        runs, evicted = found["large"]
        of_go = _number(_middle(ratios(runs["go many"], runs["go one"], "rate")), " x")
        note = f" (Go's server: {of_go}{f'; {evicted} evicted' if evicted else ''})"
        of_agent = ratios(runs["many"], runs["one"], "rate")
        at_least("500 secrets of 30 KB in turn, against one", 0.85, 0.95, of_agent, " x", note)
    if found.get("tls"):
        beside = "p99 of reads with TLS beside a neighbour that shakes hands, against quiet"
        at_most(beside, 2, None, ratios(found["tls"].beside, found["tls"].quiet, "p99"), " x")
    if reads:
        at_main = (reads[(name, MAIN_CONNECTIONS)] for name in ("agent", "agent-silent"))
        told = ratios(*at_main, "rate")
        at_least("logging at Debug, against no logging", 0.8, 0.95, told, " x")
    return judged


def _judge_node_agent(found, at_most):
    took, (sts, kms) = found["further"]
    kept, new = (
        ratios(*(found["reads"][(name, keeps)] for name in ("node-agent", "sidecar")), "cpu")
        for keeps in (True, False)
    )
    served = found["served"].memory["private"]
    each = (served - found["ready"].memory["private"]) / Cluster.PODS
    pods = f"private memory, {Cluster.PODS} pods of {Cluster.ROLES} roles"
    calls = f" ({sts} of STS, {kms} of KMS; {took:.0f} ms)"
    on_new = f" (on a new connection: {_number(_middle(new), ' x')})"
    at_most(pods, 300, None, [served], " MiB")
    at_most("of that for each pod, with its secrets", 0.3, None, [each], " MiB")
    at_most("calls for the first read of a further pod", 2, None, [sts + kms], "", calls)
    against = "CPU for a cached read on a kept connection, against a sidecar"
    at_most(against, 1.35, None, kept, " x", on_new)
    for name, case in found["neighbour"].items():
        beside = f"p99 beside a neighbour, against quiet: {_way(name)}"
        not_cached = f" ({case.misses()} reads not cached)"
        at_most(beside, 2, None, case.ratios(), " x", not_cached)


def _way(name):
    return name.replace("_", " ")


def markdown(found, judged):
    """All tables."""
    heads = ["figure", "must", "aim", "measured", "met"]
    figures = judged and table(heads, [it.row() for it in judged])
    tables = {
        "reads": _reads,
        "starts": _starts,
        "memory": _memory,
        "limits": _limits,
        "node": _node,
        "node-agent": _node_agent,
        "features": _features,
        "tls": _tls,
        "restart": _restart,
        "restart-large": _restart_large,
    }
    made = [make(found[part], found["pace"]) for part, make in tables.items() if found.get(part)]
    parts = [_machine(found), figures, *made, _others(found), _against_before(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _machine(found):
    """When, where and how."""
    pace = found["pace"]
    return (
        f"{found['date']}. {found['machine']}. {found['distribution']}, body of {found['size']} bytes."
        f" Rounds: {pace.rounds}, each measurement {pace.seconds} s. Medians, in brackets the least and the"
        f" greatest; ratios are medians of the ratios within a round."
        f" Other processes of the machine had {_percent(found['strangers'])} of its processors"
        f" (median of the runs; at most {_percent(found['strangers_most'])})."
    )


def _reads(reads, _):
    rows = []
    for (name, connections), series in sorted(
        reads.items(), key=lambda item: CONNECTIONS.index(item[0][1])
    ):
        row = [TITLES[name], str(connections)]
        if series.void:
            rows.append([*row, series.void, "", "", ""])
            continue
        others = (reads[(other, connections)] for other in ("go", "nginx", "nginx-memory"))
        times = (_times(_middle(ratios(series, other, "rate"))) for other in others)
        latencies = (_spread(series, figure, 2) for figure in ("p50", "p99"))
        row += [_spread(series, "rate", 0), " / ".join(latencies), _spread(series, "cpu", 1)]
        rows.append([*row, " / ".join(times)])
    cpu, rates = "CPU us/request", "rate: x Go / x nginx, a file / from memory"
    return table(["server", "connections", "requests/s", "p50 / p99 ms", cpu, rates], rows)


def _starts(times, _):
    rows = [[TITLES[name], PATHS[path], _span(took)] for (name, path), took in times.items()]
    return table(["start", "first 200 of", "ms"], rows)


def _memory(memory, pace):
    def both(memories):
        return f"{_median(memories, 'rss'):.0f} / {_median(memories, 'pss'):.0f}"

    rows = [[TITLES[name], both(it["idle"]), both(it["loaded"])] for name, it in memory.items()]
    loaded = f"after {pace.full_load} s of full load"
    heads = ["resident / proportional MiB", f"idle for {pace.idle} s", loaded]
    parts = sorted(memory["agent"]["parts"].items(), key=lambda part: -part[1])
    sizes = [[part, f"{size:.0f}"] for part, size in parts]
    return table(heads, rows) + "\n\n" + table(["where the agent's is, idle", "MiB"], sizes)


def _limits(limits, pace):
    rows = [
        [
            f"{cores:g}",
            TITLES[name],
            _span(some.first, 2),
            _span(some.lone, 2),
            some.early.void or _spread(some.early, "rate", 0),
            some.warm.void or _spread(some.warm, "rate", 0),
            _span(some.rss),
        ]
        for (cores, name), some in limits.items()
    ]
    early = f"reads/s, first {min(EARLY, pace.limited)} s"
    heads = ["CPU limit", "server", "first read, s", "lone read, p50 ms", early, "reads/s, warm"]
    return table([*heads, "resident MiB"], rows)


def _node(node, _):
    rows = [
        [
            TITLES[name],
            _span([memory["private"] for memory in agents]),
            f"{sum(memory['pss'] for memory in agents):.0f}",
        ]
        for name, agents in node.items()
    ]
    return table(["five idle", "MiB private to each", "proportional MiB of all"], rows)


def _node_agent(found, _):
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
    read = f"{Cluster.PODS} pods have read {Cluster.SECRETS} secrets"
    sidecars = ["a sidecar, the same secrets", f"{Cluster.PODS} of them"]
    heads = ["so far", "node agent, ready", read, f"after {RATE} reads/s", *sidecars]
    reads = [
        [TITLES[name], "kept" if keeps else "new", _spread(it, "cpu", 1), _spread(it, "rate", 0)]
        for (name, keeps), it in found["reads"].items()
        if not it.void
    ]
    rate = found["rate"]
    return "\n\n".join(
        [
            table(heads, rows),
            table(["cached reads", "connections", "CPU us/read", "reads/s"], reads),
            f"{RATE} cached reads a second by all pods: p50 {rate.percentile(0.5):.2f} ms, p99"
            f" {rate.percentile(0.99):.2f} ms, with {found['share']:.2f} processors of the agent.",
            _neighbours(found["neighbour"]),
        ]
    )


def _neighbours(neighbours):
    def p99(some):
        return _span([reads.percentile(0.99) for reads in some], 2)

    rows = [
        [_way(name), _span(case.rate), _span(case.cpu, 2), p99(case.quiet), p99(case.beside)]
        + [_times(_middle(case.ratios())), str(case.misses())]
        for name, case in neighbours.items()
    ]
    quiet = f"p99 ms of {QUIET_RATE} reads/s, quiet"
    heads = ["the neighbour", "a second", "agent's processors", quiet, "beside it", "ratio"]
    return table([*heads, "not cached"], rows)


def _features(found, _):
    without = found["none"][0]
    rows = [
        [FEATURES[name], _spread(runs, "cpu", 1), _span(ratios(runs, without, "cpu"), 2)]
        + [_spread(runs, "rate", 0), _spread(runs, "p99", 2), f"{memory:.0f}"]
        if not runs.void
        else [FEATURES[name], runs.void, "", "", "", ""]
        for name, (runs, memory) in found.items()
    ]
    heads = ["agent, 32 connections", "CPU us/request", "x without", "requests/s", "p99 ms"]
    return table([*heads, "resident MiB, loaded"], rows)


def _tls(found, _):
    groups = {"kept": found.kept, "new": found.new, "new, the first 300": found.first}
    figures = (("rate", 0), ("p50", 2), ("p99", 2), ("cpu", 0))
    rows = [
        [kind, way, *(_spread(it, *figure) for figure in figures)]
        + [_times(_middle(ratios(it, ways["plain"], "cpu")))]
        for kind, ways in groups.items()
        for way, it in ways.items()
    ]
    heads = ["connections", "protocol", "reads/s", "p50 ms", "p99 ms", "CPU us/read", "x plain"]
    return table(heads, rows)


def _restart(ways, _):
    """What the pods of a node read after a restart while the cloud is silent, or refuses."""
    rows = [
        [way, _span([it.ready for it in starts]), name.replace("_", " ")]
        + [f"{sum(len(it.took) for it in reads)} of {sum(it.asked for it in reads)}"]
        + [" / ".join(_span([it.percentile(part) for it in reads]) for part in (0.5, 0.99, 1))]
        for way, starts in ways.items()
        for name in starts[0].reads
        for reads in [[start.reads[name] for start in starts]]
    ]
    heads = ["STS, KMS and the issuer", "ready after ms", f"{Cluster.PODS} pods at once"]
    return table([*heads, "answered", "p50 / p99 / most ms"], rows)


def _restart_large(kinds, _):
    rows = [
        [
            f"`{kind}`",
            f"{it.memory['rss']:.0f}",
            f"{it.heap:.0f}",
            f"{it.counted / 2**20:.1f}",
            f"{it.disk / 2**20:.1f}",
            " / ".join(f"{at:.1f}" for at in it.restored) or "-",
            f"{it.again['rss']:.0f}" if it.again else "-",
        ]
        for kind, it in kinds.items()
    ]
    heads = ["large secrets in", "resident MiB", "heap MiB", "counted MiB", "disk MiB"]
    return table([*heads, "first / all restored after s", "resident MiB then"], rows)


def _against_before(found):
    """What the agent needs, over what an earlier one needs."""
    rows = [
        [figure, _span(before, digits), _span(agent, digits), *_compared(agent, before)]
        for figure, digits, agent, before in _figures_of_agents(found)
        if agent and before
    ]
    heads = ["figure", "agent before", "agent", "ratio", "spread of one build", ""]
    return table(heads, rows) if rows else ""


def _compared(agent, before):
    """The ratio, the runs of the build before over their median, and whether these explain it."""
    times = _ratios(agent, before)
    of_one = [value / statistics.median(before) for value in before]
    same = min(of_one) <= statistics.median(times) <= max(of_one)
    return [_span(times, 2), _ends(of_one), "no difference" if same else ""]


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
    for cores in LIMITS if (min(LIMITS), "before") in limits else ():
        agents, at = [limits[(cores, name)] for name in names], f"CPU limit {cores:g}"
        yield f"{at}: first read, s", 2, *(some.first for some in agents)
        yield f"{at}: lone read, p50 ms", 2, *(some.lone for some in agents)
        yield f"{at}: warm reads a second", 0, *(some.warm.values("rate") for some in agents)


OTHERS = {
    "hanging": {"alone": "hits alone", "hanging": "hits beside 200 hanging misses"},
    "flood": {"alone": "hits before 2000 misses", "flooded": "hits beside 2000 misses"},
    "large": {
        "one": "one secret of 30 KB",
        "many": "500 secrets of 30 KB in turn",
        "go one": "Go `net/http`: one secret of 30 KB",
        "go many": "Go `net/http`: 500 in turn",
    },
}


def _others(found):
    rows = []
    for part, titles in OTHERS.items():
        for name, title in titles.items() if found.get(part) else ():
            runs = found[part][0][name]
            figures = [runs.void, "", ""]
            if not runs.void:
                figures = [_spread(runs, *it) for it in (("rate", 0), ("p99", 2), ("cpu", 1))]
            rows.append([title, *figures])
    heads = ["the agent, 32 connections", "requests/s", "p99 ms", "CPU us/request"]
    return table(heads, rows) if rows else ""


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def written(page, text):
    """A page whose part between the marks is ``text``."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no part between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def _spread(series, figure, digits):
    return _span(series.values(figure), digits)


def _span(values, digits=0):
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f}..{most:.{digits}f})"


def _ends(values):
    return f"{min(values):.2f}..{max(values):.2f}"


def _steady(values):
    return not values or max(values) <= STEADY * min(values)


def _middle(values):
    return statistics.median(values) if values else None


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
