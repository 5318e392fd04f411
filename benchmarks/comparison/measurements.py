"""What is measured. Each function gives plain figures by name; ``report`` words them."""

import contextlib
import math
import secrets
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from client import Waiting
from load import Run, Target, Void, load
from processes import cpu_limit
from servers import (
    HANGING,
    LARGE,
    LARGE_COUNT,
    PATH,
    SECRET,
    Agent,
    Cluster,
    GoServer,
    Nginx,
    NodeAgent,
)

MAIN_CONNECTIONS = 32
CONNECTIONS = (1, 32, 256)
WARM_UPS = 8
WARM_REQUESTS = 50_000
STILL_WARMING = 0.9
HANGING_CONNECTIONS = 200
HANGING_SECRETS = 25
HANGING_SECONDS = 50
WAITING_CONNECTIONS = 2000
AGENTS_OF_A_NODE = 5
# CPU limits in cores, and the seconds of load before an agent counts as warm.
LIMITS = {0.1: 60, 0.5: 30, 1: 20}
LIMITED_ROUNDS = 3
LIMITED_CONNECTIONS = 8
EARLY = 10
READS_A_SECOND = 20
COMPILERS = {
    "agent-c1": {"KMS_AGENT_JAVA_OPTS": "-XX:TieredStopAtLevel=1"},
    "agent-c2": {"KMS_AGENT_JAVA_OPTS": "-XX:TieredStopAtLevel=4"},
}
NO_LOG = {"KMS_AGENT_LOG_LOGLEVEL": "None"}
FEATURES = {
    "none": lambda _: {},
    "again": lambda _: {},
    "file": lambda folder: {
        "KMS_AGENT_FILES_ENTRIES": f'secret-1 = {{secret = "{SECRET}"}}',
        "KMS_AGENT_FILES_DIRECTORY": str(folder / "files"),
    },
    "folder": lambda folder: {
        "KMS_AGENT_CACHE_CACHETYPE": "File",
        "KMS_AGENT_CACHE_FILE_PATH": str(folder),
        "KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY": secrets.token_hex(32),
    },
    "audit": lambda folder: _audit(folder, required="false"),
    "required": lambda folder: _audit(folder, required="true"),
}
# What hangs must hang for longer than HANGING_SECONDS.
PATIENT = {
    "KMS_AGENT_SERVER_REQUESTTIMEOUTSECONDS": "60",
    "KMS_AGENT_KMS_READTIMEOUTMILLIS": "60000",
    "KMS_AGENT_KMS_CIRCUITBREAKER_ENABLED": "false",
}


def _audit(folder, required):
    return {
        "KMS_AGENT_LOG_AUDIT": "true",
        "KMS_AGENT_LOG_AUDITPATH": str(folder),
        "KMS_AGENT_LOG_AUDITREQUIRED": required,
    }


@dataclass
class Pace:
    """How often, and for how many seconds."""

    rounds: int
    seconds: int
    warm_up: int
    starts: int
    idle: int
    full_load: int
    limited: int
    """The most to load an agent under a CPU limit before it counts as warm."""


@dataclass
class Series:
    """The runs of one server under one load, in the order of the rounds."""

    runs: list[Run] = field(default_factory=list)
    void: str = ""

    def values(self, figure):
        return [getattr(run, figure) for run in self.runs]

    def median(self, figure):
        return statistics.median(self.values(figure)) if self.runs else None


@dataclass
class Limited:
    """One agent under one CPU limit, in the order of the rounds."""

    first: list[float] = field(default_factory=list)
    """Seconds to the first read."""
    lone: list[float] = field(default_factory=list)
    """The p50 of lone reads in ms."""
    early: Series = field(default_factory=Series)
    warm: Series = field(default_factory=Series)
    rss: list[float] = field(default_factory=list)


@dataclass
class Bench:
    """What measurements are made with."""

    pace: Pace
    processors: int
    make: Any
    """Makes servers, ready to be started."""
    say: Any
    runs: list[Run] = field(default_factory=list)
    """All runs of all series."""
    voids: list[str] = field(default_factory=list)
    """Why series are void."""

    def measure(self, series, server, target, connections=MAIN_CONNECTIONS, seconds=None):
        """One more run of a series; one that fails makes the series void."""
        if series.void:
            return
        try:
            seconds = seconds or self.pace.seconds
            run = load(server, target, connections, seconds, self.processors)
            series.runs.append(run)
            self.runs.append(run)
            self.say(
                f"  {server.name:14} {connections:3} connections {run.rate:8.0f}/s"
                f"  p99 {run.p99:7.2f} ms  CPU {run.cpu:6.1f} us"
            )
        except Void as reason:
            series.runs.clear()
            series.void = str(reason)
            self.voids.append(series.void)
            self.say(f"  void: {reason}")

    def warm(self, server, target, connections=MAIN_CONNECTIONS):
        """Loads a server until a request costs no less CPU than before."""
        least, requests = math.inf, 0.0
        for _ in range(WARM_UPS):
            run = load(server, target, connections, self.pace.warm_up, self.processors)
            requests += run.rate * self.pace.warm_up
            if run.cpu > least * STILL_WARMING and requests > WARM_REQUESTS:
                return
            least = min(least, run.cpu)


def cached_reads(bench):
    """Every server at every number of connections, and the agent that logs nothing."""
    make = bench.make
    makes = (*make.agents.values(), make.go, make.nginx, make.nginx_from_memory)
    servers = [it() for it in makes]
    silent = make.agent("agent-silent", NO_LOG)
    cases = [(server, count) for count in CONNECTIONS for server in servers]
    cases.insert(cases.index((servers[0], MAIN_CONNECTIONS)), (silent, MAIN_CONNECTIONS))
    series = {(server.name, count): Series() for server, count in cases}
    try:
        for server in [*servers, silent]:
            server.start().check(server.path, bench.make.size)
            bench.warm(server, Target(server.path))
        for number in range(bench.pace.rounds):
            bench.say(f" round {number + 1} of {bench.pace.rounds}")
            for server, count in cases if number % 2 == 0 else reversed(cases):
                bench.measure(series[(server.name, count)], server, Target(server.path), count)
    finally:
        _end(*servers, silent)
    return series


def starts(bench):
    """Milliseconds from the spawn to the first 200, by server and path, in turns."""
    agents = bench.make.agents.items()
    cases = {(name, "get"): (make, PATH + SECRET) for name, make in agents}
    cases |= {(name, "ping"): (make, "/ping") for name, make in agents}
    cases[("go", "get")] = (bench.make.go, PATH + SECRET)
    times = {case: [] for case in cases}
    for _ in range(bench.pace.starts):
        for case, (make, path) in cases.items():
            server = make()
            try:
                times[case].append(server.start(path).start_ms)
            finally:
                _end(server)
    for (name, path), took in times.items():
        bench.say(f"  {name} {path}: median {statistics.median(took):.0f} ms")
    return times


def memory(bench):
    """Memory of fresh processes, idle and after full load; of agents to compare, idle once a round."""
    agents = bench.make.agents
    found = {}
    for make in (*agents.values(), bench.make.go, bench.make.nginx):
        server = make()
        with _idle(bench, server) as idle:
            parts = server.process.memory_by_part() if isinstance(server, Agent) else {}
            load(
                server,
                Target(server.path),
                MAIN_CONNECTIONS,
                bench.pace.full_load,
                bench.processors,
            )
            loaded = server.process.memory_mib()
            found[server.name] = {"idle": idle, "loaded": [loaded], "parts": parts}
            bench.say(f"  {server.name}: {_mib(idle[0])} idle, {_mib(loaded)} loaded")
    for _ in range(1, bench.pace.rounds if len(agents) > 1 else 1):
        for name, make in agents.items():
            with _idle(bench, make()) as idle:
                found[name]["idle"] += idle
    return found


def node(bench):
    """Memory of each of several agents that run at once, idle, as pods of one image on one node."""
    found = {}
    for name, make in bench.make.agents.items():
        agents = [make(f"{name}-{number}") for number in range(AGENTS_OF_A_NODE)]
        with _idle(bench, *agents) as found[name]:
            bench.say(f"  {name}: {found[name][-1]['private']:.0f} MiB private")
    return found


@contextlib.contextmanager
def _idle(bench, *servers):
    """The memory of each server, all started and idle for a while."""
    try:
        for server in servers:
            server.start()
        time.sleep(bench.pace.idle)
        yield [server.process.memory_mib() for server in servers]
    finally:
        _end(*servers)


def _mib(memory):
    return f"{memory['rss']:.0f} MiB"


def limits(bench):
    """Agents by CPU limit and by the compilers that they may use, in turns under each limit."""
    found = {}
    names = [*bench.make.agents, *COMPILERS]
    for cores, warm_up in LIMITS.items():
        with cpu_limit(cores) as prefix:
            for number in range(min(bench.pace.rounds, LIMITED_ROUNDS)):
                bench.say(f" {cores} cores, round {number + 1}")
                for name in names if number % 2 == 0 else reversed(names):
                    make = bench.make.agents.get(name, bench.make.agent)
                    agent = make(name, COMPILERS.get(name), prefix=prefix)
                    case = found.setdefault((cores, name), Limited())
                    _limited(bench, case, agent, min(warm_up, bench.pace.limited))
    return found


def _limited(bench, case, agent, warm_up):
    """One round of one agent."""
    target, early = Target(agent.path), min(EARLY, warm_up)
    try:
        case.first.append(agent.start().start_ms / 1000)
        case.lone.append(_lone_reads(agent, bench.pace.seconds))
        bench.measure(case.early, agent, target, LIMITED_CONNECTIONS, early)
        if warm_up > early:
            bench.measure(Series(), agent, target, LIMITED_CONNECTIONS, warm_up - early)
        bench.measure(case.warm, agent, target, LIMITED_CONNECTIONS)
        case.rss.append(agent.process.memory_mib()["rss"])
    finally:
        _end(agent)
    bench.say(f"  {agent.name}: {case.first[-1]:.2f} s to a read, then {case.lone[-1]:.2f} ms")


def _lone_reads(server, seconds):
    """The median of reads in ms, each on a connection of its own."""
    took = []
    began = time.monotonic()
    for number in range(seconds * READS_A_SECOND):
        time.sleep(max(0, began + number / READS_A_SECOND - time.monotonic()))
        asked = time.monotonic()
        server.check(server.path, 0)
        took.append((time.monotonic() - asked) * 1000)
    return statistics.median(took)


def hits_beside_hanging_misses(bench):
    """Hits of an agent that does nothing else, and of one where misses hang, in turns."""
    found = {"alone": Series(), "hanging": Series()}
    alone = bench.make.agent("agent-alone", PATIENT)
    beset = bench.make.agent("agent-beset", PATIENT)
    rounds = min(bench.pace.rounds, max(1, HANGING_SECONDS // (2 * bench.pace.seconds)))
    try:
        for server in (alone, beset):
            server.start()
            bench.warm(server, Target(server.path))
        with _hanging(bench, beset, HANGING_CONNECTIONS) as misses:
            for _ in range(rounds):
                bench.measure(found["alone"], alone, Target(alone.path))
                bench.measure(found["hanging"], beset, Target(beset.path))
            return found, misses.unanswered()
    finally:
        _end(alone, beset)


def hits_beside_a_flood_of_misses(bench):
    """Hits of an agent before, and while, more misses wait in it than it lets in."""
    found = {"alone": Series(), "flooded": Series()}
    agent = bench.make.agent("agent-flooded", PATIENT)
    try:
        agent.start()
        bench.warm(agent, Target(agent.path))
        bench.measure(found["alone"], agent, Target(agent.path))
        with _hanging(bench, agent, WAITING_CONNECTIONS) as misses:
            bench.measure(found["flooded"], agent, Target(agent.path))
            waiting = misses.unanswered()
        return found, waiting, agent.process.is_alive()
    finally:
        _end(agent)


@contextlib.contextmanager
def _hanging(bench, server, connections):
    """So many connections that wait for KMS, which does not answer."""
    paths = [f"{PATH}{HANGING}{number % HANGING_SECRETS}" for number in range(connections)]
    bench.make.kms.hang()
    try:
        with Waiting(server.port, paths, server.token) as misses:
            yield misses
    finally:
        bench.make.kms.heal()


def large_secrets(bench):
    """One secret of 30 KB, and 500 of them in turn, of an agent and a server in Go that hold all."""
    agent = bench.make.agent("agent-roomy")
    go = bench.make.large_go()
    found = {name: Series() for name in ("one", "many", "go one", "go many")}
    targets = {"one": Target(PATH + LARGE, 1), "many": Target(PATH + LARGE, LARGE_COUNT)}
    try:
        agent.start()
        go.start()
        for number in range(1, LARGE_COUNT + 1):
            agent.check(f"{PATH}{LARGE}{number}", 0)
        for target in targets.values():
            bench.warm(agent, target)
            bench.warm(go, target)
        for _ in range(bench.pace.rounds):
            for name, target in targets.items():
                bench.measure(found[name], agent, target)
                bench.measure(found[f"go {name}"], go, target)
        evicted = _still_cached(agent)
    finally:
        _end(agent, go)
    return found, evicted


def features(bench):
    """Agents with one feature each and the one before, in turns: reads, and memory in MiB."""
    servers = {}
    for feature, settings in FEATURES.items():
        folder = bench.make.kms.processes.folder / f"of-{feature}"
        folder.mkdir(mode=0o700)
        servers[feature] = bench.make.agent(f"agent-{feature}", settings(folder))
    if "before" in bench.make.agents:
        servers["before"] = bench.make.agents["before"]()
    series = {feature: Series() for feature in servers}
    try:
        for server in servers.values():
            server.start().check(server.path, bench.make.size)
            bench.warm(server, Target(server.path))
        for number in range(bench.pace.rounds):
            for feature in servers if number % 2 == 0 else reversed(servers):
                server = servers[feature]
                bench.measure(series[feature], server, Target(server.path))
        memory = {name: server.process.memory_mib()["rss"] for name, server in servers.items()}
    finally:
        _end(*servers.values())
    return {name: (runs, memory[name]) for name, runs in series.items()}


def _still_cached(agent):
    """How many of the large secrets the cache no longer has."""
    answers = (agent.check(f"{PATH}{LARGE}{n}", 0) for n in range(1, LARGE_COUNT + 1))
    return sum(1 for answer in answers if "; hit" not in answer.headers.get("cache-status", ""))


def _end(*servers):
    for server in servers:
        if server.process is not None:
            server.end()


class Servers:
    """Makes the servers of one comparison."""

    def __init__(self, kms, distribution, before, go_program, token, processes, java_home):
        self.kms = kms
        self.size = 0
        self._body = None

        def agent(name="agent", settings=None, folder=distribution, prefix=()):
            settings = {"JAVA_HOME": java_home, **(settings or {})}
            return Agent(processes, name, token, folder, kms, settings, prefix)

        self.agent = agent
        self.agents = {"agent": agent}
        """The agent, and the one before it where there is one to compare it with."""
        if before:
            self.agents["before"] = lambda name="before", settings=None, **more: agent(
                name, settings, before, **more
            )
        self.go = lambda: GoServer(processes, "go", token, go_program, self._body)
        self.large_go = lambda: GoServer(
            processes, "go-roomy", token, go_program, None, large=True
        )
        self.cluster = lambda: Cluster(processes, kms.distribution, java_home)
        self.node_agent = lambda cluster, settings=None: NodeAgent(
            processes,
            "node-agent",
            cluster.tokens[0],
            distribution,
            cluster,
            {"JAVA_HOME": java_home, **(settings or {})},
        )
        self.nginx = lambda: Nginx(processes, "nginx", token, self._body)
        self.nginx_from_memory = lambda: Nginx(
            processes, "nginx-memory", token, self._body, from_memory=True
        )

    def learn_body(self, folder):
        """Asks an agent for the body that all servers are to send."""
        agent = self.agent("agent-first").start()
        try:
            body = agent.check(agent.path, 0).body
        finally:
            agent.end()
        self._body = folder / "body.json"
        self._body.write_bytes(body)
        self.size = len(body)
