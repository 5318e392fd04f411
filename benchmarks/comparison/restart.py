"""Agents with a cache in a folder, killed and started again while nothing of the cloud answers."""

import base64
import contextlib
import math
import re
import secrets
import selectors
import time
from dataclasses import dataclass, field
from pathlib import Path

from client import ask, first_ok
from kept import Kept
from processes import HEAP, Failed
from servers import PATH, Cluster

SECONDS = 30
ROUNDS = 3
WAYS = ("silent", "refuses")
LARGE_SECRETS = 1000


@dataclass
class Reads:
    """Reads that all pods begin at one time: milliseconds of the good ones, and how many failed."""

    took: list[float] = field(default_factory=list)
    hits: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def asked(self):
        return len(self.took) + len(self.failed)

    def add(self, took, answer):
        if answer.status != 200:
            self.failed.append(f"{answer.status} after {took:.0f} ms: {answer.body[:120]}")
            return
        self.took.append(took)
        self.hits += "; hit" in answer.headers.get("cache-status", "")

    def percentile(self, part):
        return sorted(self.took)[int((len(self.took) - 1) * part)] if self.took else math.nan


@dataclass
class Restart:
    """One start after the agent was killed; milliseconds since then."""

    listening: float
    ready: float
    reads: dict[str, Reads]


def restart(bench):
    """What the pods of a node read."""
    cluster = bench.make.cluster().start()
    node = {way: [] for way in WAYS}
    settings = in_folder(bench, "node-cache")
    agent = bench.make.node_agent(cluster, settings)
    try:
        agent.start("/readyz")
        with _pods(agent, cluster) as pods:
            for pod in pods:
                _expect_all(pod)
        time.sleep(bench.pace.idle)
        for way in WAYS:
            for _ in range(min(bench.pace.rounds, ROUNDS)):
                agent.process.kill()
                cluster.process.pause() if way == "silent" else cluster.process.kill()
                agent = bench.make.node_agent(cluster, settings)
                node[way].append(_restarted(bench, agent, cluster, way))
            cluster.process.resume()
    finally:
        agent.process.kill()
    return node


def restart_large(bench):
    """What an application with many large secrets finds, and what they take."""
    cluster = bench.make.cluster().start()
    return {kind: _large(bench, cluster, kind) for kind in ("InMemory", "File")}


def in_folder(bench, name):
    """The settings of a cache in a new folder."""
    folder = bench.make.kms.processes.folder / name
    folder.mkdir()
    key = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    return {
        "KMS_AGENT_CACHE_CACHETYPE": "File",
        "KMS_AGENT_CACHE_FILE_PATH": str(folder),
        "KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY": key,
    }


@contextlib.contextmanager
def _pods(agent, cluster):
    """A kept connection of each pod."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(contextlib.closing(Kept(agent.port, token, cluster.paths(number))))
            for number, token in enumerate(cluster.tokens)
        ]


def _read_once(pods):
    """Each pod reads its next secret, all at once."""
    found = Reads()
    with selectors.DefaultSelector() as selector:
        for pod in pods:
            selector.register(pod.socket, selectors.EVENT_READ, pod)
            pod.ask(time.monotonic())
        end = time.monotonic() + SECONDS
        while selector.get_map() and time.monotonic() < end:
            for key, _ in selector.select(1):
                answered = key.data.receive()
                if answered:
                    selector.unregister(key.fileobj)
                    found.add(*answered)
        found.failed += ["no answer"] * len(selector.get_map())
    return found


def _expect_all(pod):
    """One after the other: a namespace may ask for a limited number of roles at a time."""
    for _ in range(Cluster.SECRETS):
        took, answer = pod.read()
        if answer.status != 200:
            raise Failed(f"before the restart: {answer.status} after {took:.0f} ms")


@dataclass
class Held:
    """An agent that holds many large secrets, and one that was started in its place."""

    memory: dict
    """In MiB, by kind."""
    heap: float
    entries: int
    counted: int
    """The bytes that the cache counts."""
    disk: int
    """The bytes of its folder."""
    restored: list[float] = field(default_factory=list)
    """Seconds from the start to the first read, and to the last one."""
    failed: int = 0
    again: dict = field(default_factory=dict)
    """The memory of the second one."""


def _large(bench, cluster, kind):
    """Reads all secrets, kills the agent, and reads them again while KMS says nothing."""
    settings = {"KMS_AGENT_KMS_ENDPOINT": cluster.address}
    folder = None
    if kind == "File":
        settings |= in_folder(bench, "large-cache")
        folder = Path(settings["KMS_AGENT_CACHE_FILE_PATH"])
    agent = bench.make.agent("large", settings).start()
    try:
        for path in _large_paths():
            agent.check(path, 0)
        time.sleep(bench.pace.idle)
        found = _held(agent, folder)
        bench.say(f"  {kind}: {found}")
        if folder:
            agent.process.kill()
            cluster.process.pause()
            agent = bench.make.agent("large", settings)
            _restore(agent, found)
            time.sleep(bench.pace.idle)
            found.again = agent.process.memory_mib()
            bench.say(f"  {kind}: {found}")
        return found
    finally:
        agent.process.kill()
        cluster.process.resume()


def _large_paths():
    return [f"{PATH}neighbour/large-{number + 1}" for number in range(LARGE_SECRETS)]


def _held(agent, folder):
    metrics = agent.check("/metrics", 0).body.decode("utf-8")
    entries, counted = (
        int(float(re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)[1]))
        for name in ("kms_agent_cache_entries", "kms_agent_cache_bytes")
    )
    files = folder.rglob("*") if folder else ()
    return Held(
        agent.process.memory_mib(),
        agent.process.memory_by_part()[HEAP],
        entries,
        counted,
        sum(file.stat().st_size for file in files if file.is_file()),
    )


def _restore(agent, found):
    began = time.monotonic()
    first, *others = _large_paths()
    agent.launch()
    at = first_ok(agent.port, first, agent.token, SECONDS)
    found.restored.append((at or math.nan) - began)
    for path in others:
        found.failed += ask(agent.port, path, agent.token, SECONDS).status != 200
    found.restored.append(time.monotonic() - began)


def _restarted(bench, agent, cluster, way):
    """Starts an agent; all pods read their secrets once it is ready, and again."""
    began = time.monotonic()
    agent.launch()
    listening, ready = (
        (first_ok(agent.port, path, agent.token, SECONDS) or math.nan) - began
        for path in ("/ping", "/readyz")
    )
    with _pods(agent, cluster) as pods:
        reads = {"first": _read_once(pods), "second": _read_once(pods)}
        others = [_read_once(pods) for _ in range(2 * Cluster.SECRETS - 2)]
    reads["others"] = Reads(
        [took for it in others for took in it.took],
        sum(it.hits for it in others),
        [why for it in others for why in it.failed],
    )
    found = Restart(listening * 1000, ready * 1000, reads)
    for name, it in reads.items():
        bench.say(
            f"  {way}, ready after {found.ready:.0f} ms; {name}: {len(it.took)} answered,"
            f" {it.hits} hits, {len(it.failed)} failed {it.failed[:1]},"
            f" p50 {it.percentile(0.5):.1f} p99 {it.percentile(0.99):.1f}"
            f" max {it.percentile(1):.1f} ms"
        )
    return found
