"""Load by wrk, and what one run of it came to."""

import re
from dataclasses import dataclass
from pathlib import Path

from client import HOST
from processes import Failed, children_cpu_seconds, machine_cpu_seconds, run

SCRIPTS = Path(__file__).resolve().parent.parent / "wrk"
GRACE = 20
RESULT = re.compile(r"^RESULT (.*)$", re.MULTILINE)


class Void(Failed):
    """A run in which not every answer was good, and which therefore says nothing."""


@dataclass(frozen=True)
class Run:
    """Requests a second, latencies in ms, CPU of the server for each request in us."""

    rate: float
    p50: float
    p99: float
    cpu: float
    strangers: float
    """The part of the machine's processors that neither server nor wrk had."""


@dataclass(frozen=True)
class Target:
    """What is asked for: a path, or ``count`` paths that end in a number from 1 on."""

    path: str
    count: int = 0
    keeps: bool = True
    """Whether connections are kept."""


def load(server, target, connections, seconds, processors):
    """Loads a server for so many seconds."""
    server.process.forget_output()
    cpu, wrk, machine = _clocks(server)
    printed = run(_command(server, target, connections, seconds), seconds + GRACE)
    used, by_wrk, by_all = (
        after - before for after, before in zip(_clocks(server), (cpu, wrk, machine))
    )
    said = RESULT.search(printed)
    if not said:
        raise Failed(f"wrk printed no result: {printed[-500:]}")
    values = {key: int(value) for key, value in (pair.split("=") for pair in said[1].split())}
    _check(server, values, printed)
    took = values["micros"] / 1e6
    return Run(
        rate=values["requests"] / took,
        p50=values["p50"] / 1000,
        p99=values["p99"] / 1000,
        cpu=used / values["requests"] * 1e6,
        strangers=max(0.0, by_all - used - by_wrk) / (took * processors),
    )


def _clocks(server):
    return server.process.cpu_seconds(), children_cpu_seconds(), machine_cpu_seconds()


def _command(server, target, connections, seconds):
    url = f"http://{HOST}:{server.port}"
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "-H", f"X-KMS-Token: {server.token}"]
    if not target.keeps:
        options += ["-H", "Connection: close"]
    if target.count:
        script = ["-s", SCRIPTS / "in-turn.lua", url, "--", target.path, target.count]
    else:
        script = ["-s", SCRIPTS / "report.lua", url + target.path]
    return ["wrk", *options, *script]


def _check(server, values, printed):
    errors = {key: values[key] for key in ("status", "connect", "read", "write", "timeout")}
    if any(errors.values()) or not values["requests"]:
        told = ", ".join(f"{key} {count}" for key, count in errors.items() if count)
        raise Void(f"{server.name}: of {values['requests']} answers not all were good ({told})")
