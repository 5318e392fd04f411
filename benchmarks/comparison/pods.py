"""One agent for the pods of a node: what it costs, and how pods fare beside one that misbehaves."""

import contextlib
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import neighbour
from kept import Kept, Reads, read_at_rate
from load import Target
from measurements import AGENTS_OF_A_NODE, Series
from servers import Cluster

RATE = 2000
NEIGHBOUR = Path(__file__).with_name("neighbour.py")
QUIET_PODS = 10
QUIET_RATE = 200
ROUNDS = 5
ALL = "all at once"
# It takes from the agent, and not from the clients of others.
NICENESS = 10


@dataclass
class Cost:
    """Memory in MiB and processor time in seconds, so far."""

    memory: dict
    cpu: float

    @staticmethod
    def of(server):
        return Cost(server.process.memory_mib(), server.process.cpu_seconds())


@dataclass
class Beside:
    """Reads of a tenant while a neighbour misbehaves, and before."""

    quiet: list[Reads] = field(default_factory=list)
    beside: list[Reads] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Processors that the agent used."""
    rate: list[float] = field(default_factory=list)
    """What the neighbour did in a second."""

    def ratios(self):
        """p99 beside the neighbour over the quiet one, by rounds; none if it did nothing."""
        if not all(self.rate):
            return []
        pairs = zip(self.beside, self.quiet)
        return [b.percentile(0.99) / q.percentile(0.99) for b, q in pairs]

    def misses(self):
        """How many reads beside the neighbour the cache did not serve."""
        return sum(reads.misses for reads in self.beside)


def node_agent(bench):
    """Memory, processor time and latency of one agent for all pods, and of sidecars."""
    cluster = bench.make.cluster().start()
    found = {"sidecars": _sidecars(bench, cluster)}
    agent, sidecar = bench.make.node_agent(cluster), _sidecar(bench, cluster, "sidecar")
    try:
        agent.start("/readyz")
        time.sleep(bench.pace.idle)
        found["ready"] = Cost.of(agent)
        with _pods(agent, cluster) as pods:
            _read_all(pods)
            time.sleep(bench.pace.idle)
            found["served"] = Cost.of(agent)
            found["further"] = _further_pod(agent, cluster)
            bench.say(f"  {found['served']}; a further pod {found['further']}")
            read_at_rate(pods, RATE, bench.pace.full_load)
            before = Cost.of(agent)
            found["rate"] = read_at_rate(pods, RATE, bench.pace.full_load)
            found["loaded"] = Cost.of(agent)
            found["share"] = (found["loaded"].cpu - before.cpu) / bench.pace.full_load
            bench.say(f"  {RATE}/s: p99 {found['rate'].percentile(0.99):.2f} ms")
        found["reads"] = _against_sidecar(bench, agent, sidecar.start())
        with _pods(agent, cluster) as pods:
            found["neighbour"] = _beside_neighbours(bench, agent, pods[:QUIET_PODS], cluster)
    finally:
        for server in (agent, sidecar):
            if server.process is not None:
                server.end()
    return found


def _sidecar(bench, cluster, name):
    return bench.make.agent(name, {"KMS_AGENT_KMS_ENDPOINT": cluster.address})


def _sidecars(bench, cluster):
    """What each of several sidecars costs that run at once and have read the secrets of a pod."""
    sidecars = [_sidecar(bench, cluster, f"sidecar-{n}") for n in range(AGENTS_OF_A_NODE)]
    try:
        for number, sidecar in enumerate(sidecars):
            sidecar.start()
            with contextlib.closing(Kept(sidecar.port, sidecar.token, cluster.paths(number))) as pod:
                _read_all([pod])
        time.sleep(bench.pace.idle)
        return [Cost.of(sidecar) for sidecar in sidecars]
    finally:
        for sidecar in sidecars:
            if sidecar.process is not None:
                sidecar.end()


@contextlib.contextmanager
def _pods(agent, cluster):
    """A kept connection of each pod."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(contextlib.closing(Kept(agent.port, token, cluster.paths(number))))
            for number, token in enumerate(cluster.tokens)
        ]


def _read_all(pods):
    """Each pod reads each of its secrets."""
    for pod in pods:
        for _ in range(Cluster.SECRETS):
            Reads().add(*pod.read())


def _further_pod(agent, cluster):
    """Milliseconds of the first read of a pod with a role of its own, and its calls of STS and KMS."""
    services = ("sts", "kms")
    before = [cluster.calls(service) for service in services]
    path = cluster.paths(cluster.PODS)
    with contextlib.closing(Kept(agent.port, cluster.further, path)) as pod:
        took, answer = pod.read()
    Reads().add(took, answer)
    return took, [cluster.calls(service) - had for service, had in zip(services, before)]


def _against_sidecar(bench, agent, sidecar):
    """Cached reads of one pod and of a sidecar, on kept and on new connections, in turns."""
    found = {}
    for keeps in (True, False):
        target = Target(agent.path, keeps=keeps)
        for server in (agent, sidecar):
            bench.warm(server, target)
            found[(server.name, keeps)] = Series()
        for _ in range(bench.pace.rounds):
            for server in (agent, sidecar):
                bench.measure(found[(server.name, keeps)], server, target)
    return found


def _beside_neighbours(bench, agent, pods, cluster):
    """Reads of a few pods, without and with a neighbour, by what it does, in turns."""
    token = agent.processes.folder / "neighbour.token"
    token.write_text(cluster.neighbour, encoding="ascii")
    ways = {way: [way] for way in neighbour.WAYS} | {ALL: list(neighbour.WAYS)}
    found = {name: Beside() for name in ways}
    for _ in range(min(bench.pace.rounds, ROUNDS)):
        for name, together in ways.items():
            case = found[name]
            case.quiet.append(read_at_rate(pods, QUIET_RATE, bench.pace.full_load))
            with _misbehaving(agent, together, token) as neighbours:
                read_at_rate(pods, QUIET_RATE, bench.pace.warm_up)
                before, done = agent.process.cpu_seconds(), _done(neighbours)
                case.beside.append(read_at_rate(pods, QUIET_RATE, bench.pace.full_load))
                case.cpu.append((agent.process.cpu_seconds() - before) / bench.pace.full_load)
                case.rate.append((_done(neighbours) - done) / bench.pace.full_load)
            bench.say(
                f"  {name}: {case.rate[-1]:.0f}/s, agent {case.cpu[-1]:.2f} cores, p99 ms"
                f" {case.quiet[-1].percentile(0.99):.2f}, beside {case.beside[-1].percentile(0.99):.2f},"
                f" not cached {case.beside[-1].misses}"
            )
    return found


@contextlib.contextmanager
def _misbehaving(agent, ways, token):
    started = []
    try:
        for way in ways:
            command = [sys.executable, NEIGHBOUR, way, agent.port, token]
            name = f"neighbour-{way}"
            started.append(agent.processes.start(name, command, niceness=NICENESS))
            started[-1].forget_output()
        yield started
    finally:
        for process in started:
            agent.processes.end(process)


def _done(neighbours):
    """How often all of them together did what they do."""
    return sum(int((process.said().split() or ["0"])[-1]) for process in neighbours)
