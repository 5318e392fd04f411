"""Reads with TLS and without it, of one agent, and beside a neighbour that only shakes hands."""

import contextlib
import json
from dataclasses import dataclass, field

from client import HOST
from load import Run
from measurements import Series
from processes import Failed, run
from servers import build_go_client

TLS_1_2 = str(0x0303)
KEPT = {
    "plain": ["-keep", "-plain"],
    "TLS 1.3": ["-keep"],
    "TLS 1.2": ["-keep", "-tls", TLS_1_2],
}
NEW = {
    "plain": ["-plain"],
    "TLS 1.3": [],
    "TLS 1.3, resumed": ["-resume"],
    "TLS 1.2": ["-tls", TLS_1_2],
    "TLS 1.2, resumed": ["-tls", TLS_1_2, "-resume"],
}
KEPT_CONNECTIONS = 32
WARM_READS = 5000
FIRST_READS = 300
READERS = ["-keep", "-workers", "20", "-rate", "200"]
NEIGHBOUR = ["-from", "127.0.0.2", "-workers", "8"]
NICENESS = 10


@dataclass
class Tls:
    """Reads by way, in the order of the rounds."""

    kept: dict = field(default_factory=lambda: {way: Series() for way in KEPT})
    new: dict = field(default_factory=lambda: {way: Series() for way in NEW})
    first: dict = field(default_factory=lambda: {way: Series() for way in NEW})
    """New connections of an agent that has just started."""
    quiet: Series = field(default_factory=Series)
    beside: Series = field(default_factory=Series)
    """While a neighbour shakes hands."""


def tls(bench):
    """Processor time and latency of reads, on kept and new connections."""
    found, make = Tls(), _agents(bench)
    with make("agent-tls") as (agent, ask):
        for way in NEW.values():
            ask(*way, "-workers", 4, "-count", WARM_READS)
        for way in KEPT.values():
            ask(*way, "-workers", KEPT_CONNECTIONS, "-seconds", bench.pace.warm_up)
        seconds = ["-seconds", bench.pace.seconds]
        for _ in range(bench.pace.rounds):
            for way, options in KEPT.items():
                found.kept[way].runs.append(ask(*options, "-workers", KEPT_CONNECTIONS, *seconds))
            for way, options in NEW.items():
                found.new[way].runs.append(ask(*options, *seconds))
            found.quiet.runs.append(ask(*READERS, *seconds))
            with _shaking_hands(agent, ask.program):
                found.beside.runs.append(ask(*READERS, *seconds))
    for _ in range(bench.pace.rounds):
        for way, options in NEW.items():
            with make("agent-young") as (_, ask):
                found.first[way].runs.append(ask(*options, "-count", FIRST_READS))
    return found


def _agents(bench):
    folder = bench.make.kms.processes.folder
    program, certificate = build_go_client(folder), folder / "tls.pem"
    certificate.write_text(run([program, "-write", "rsa"], 60), encoding="ascii")
    names = ("CERTIFICATEFILE", "KEYFILE")
    settings = {f"KMS_AGENT_SERVER_TLS{name}": str(certificate) for name in names}

    @contextlib.contextmanager
    def make(name):
        agent = bench.make.agent(name, settings)
        try:
            yield agent.start(), Client(program, agent, bench.say)
        finally:
            if agent.process is not None:
                agent.end()

    return make


@dataclass
class Client:
    """Reads of an agent by the program in Go."""

    program: object
    agent: object
    say: object

    def __call__(self, *options):
        """Reads without an error, or fails."""
        agent = self.agent
        before = agent.process.cpu_seconds()
        target = ["-address", f"{HOST}:{agent.port}", "-token", agent.token, "-path", agent.path]
        came = json.loads(run([self.program, *target, *options], 300))
        if came["failed"] or came["lost"] or not came["reads"]:
            raise Failed(f"reads of {agent.name} {' '.join(map(str, options))}: {came}")
        cpu = (agent.process.cpu_seconds() - before) / came["reads"] * 1e6
        self.say(f"  {' '.join(map(str, options))}: {came['rate']:.0f}/s, CPU {cpu:.0f} us")
        return Run(came["rate"], came["p50"], came["p99"], cpu, 0.0)


@contextlib.contextmanager
def _shaking_hands(agent, program):
    command = [program, "-address", f"{HOST}:{agent.port}", *NEIGHBOUR]
    neighbour = agent.processes.start("neighbour-tls", command, niceness=NICENESS)
    try:
        yield
    finally:
        agent.processes.end(neighbour)
