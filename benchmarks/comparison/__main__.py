"""Compares the packaged agent with nginx and with Go's net/http; see ``../compare --help``."""

import argparse
import datetime
import os
import platform
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import measurements
import pods
import report
import restart
import tls
from measurements import Bench, Pace, Servers
from processes import Failed, Processes
from servers import Kms, build_go_server

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "internals" / "performance.md"
PLAIN = ROOT / "bootstrap" / "target" / "alibabacloud-kms-agent"
SELF_CONTAINED = ROOT / "bootstrap" / "target" / "self-contained" / "alibabacloud-kms-agent"
FILES_NEEDED = 8192
QUICK = Pace(rounds=1, seconds=1, warm_up=2, starts=1, idle=1, full_load=2, limited=2)

PARTS = {
    "reads": ("cached reads, in turns", measurements.cached_reads),
    "starts": ("starts, in turns", measurements.starts),
    "memory": ("resident memory", measurements.memory),
    "limits": ("agents under CPU limits, in turns", measurements.limits),
    "node": ("agents on one node", measurements.node),
    "node-agent": ("one agent for the pods of a node", pods.node_agent),
    "hanging": ("hits beside hanging misses", measurements.hits_beside_hanging_misses),
    "flood": ("hits beside a flood of misses", measurements.hits_beside_a_flood_of_misses),
    "features": ("reads of agents with one feature each, in turns", measurements.features),
    "large": ("large secrets", measurements.large_secrets),
    "restart": ("agents killed in an outage, with a cache in a folder", restart.restart),
    "restart-large": ("large secrets over a restart in an outage", restart.restart_large),
    "tls": ("TLS beside plain HTTP", tls.tls),
}


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="benchmarks/compare",
        description="Measures the packaged agent, nginx (one worker that sends a file, and one"
        " that answers from memory) and a server with Go's net/http that does the same work, in turns on this machine, and prints tables.",
    )
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds")
    parser.add_argument("--seconds", type=int, default=5, help="seconds of each measurement")
    parser.add_argument("--starts", type=int, default=10, help="number of starts of each server")
    parser.add_argument("--quick", action="store_true", help="a trial run of some minutes")
    parser.add_argument(
        "--full", action="store_true", help="a minute of load before memory is read, instead of 15 s"
    )
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--distribution",
        type=Path,
        default=SELF_CONTAINED,
        help="the folder of the distribution (default: the self-contained one)",
    )
    parser.add_argument(
        "--before",
        type=Path,
        metavar="FOLDER",
        help="the folder of an earlier distribution to compare with",
    )
    parser.add_argument(
        "--write", action="store_true", help="write the tables to docs/internals/performance.md"
    )
    chosen = parser.parse_args(arguments)
    if min(chosen.rounds, chosen.seconds, chosen.starts) < 1:
        parser.error("--rounds, --seconds and --starts are at least 1")
    return chosen


def pace(chosen):
    if chosen.quick:
        return QUICK
    full_load = report.FULL_MINUTE if chosen.full else 15
    return Pace(
        rounds=chosen.rounds,
        seconds=chosen.seconds,
        warm_up=5,
        starts=chosen.starts,
        idle=10,
        full_load=full_load,
        limited=60,
    )


def say(line):
    print(line, file=sys.stderr, flush=True)


def describe_machine(java_home):
    with open("/proc/cpuinfo", encoding="utf-8") as cpus:
        model = next((line.split(":")[1].strip() for line in cpus if "model name" in line), "?")
    cores = sorted(os.sched_getaffinity(0))
    go = subprocess.run(["go", "version"], capture_output=True, text=True, check=False)
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False)
    return (
        f"{model}, cores {','.join(map(str, cores))} shared by server and wrk without pinning,"
        f" Linux {platform.release().split('-')[0]}, JDK {_java_version(java_home)},"
        f" {' '.join(go.stdout.split()[2:3])}, nginx {nginx.stderr.strip().rpartition('/')[2]}"
    )


def _java_version(home):
    for line in (home / "release").read_text(encoding="utf-8").splitlines():
        if line.startswith("JAVA_RUNTIME_VERSION=") or line.startswith("JAVA_VERSION="):
            return line.partition("=")[2].strip('"')
    return "?"


def measure(chosen, processes, java_home):
    folder = processes.folder
    kms = Kms(processes, PLAIN, java_home).start()
    token = secrets.token_hex(32)
    go_program = build_go_server(folder)
    agents = chosen.distribution.resolve(), chosen.before and chosen.before.resolve()
    make = Servers(kms, *agents, go_program, token, processes, java_home)
    make.learn_body(folder)
    bench = Bench(pace(chosen), len(os.sched_getaffinity(0)), make, say)
    found = {"pace": bench.pace, "size": make.size, "failed": False}
    found |= {"all": bench.runs, "voids": bench.voids}
    for name in chosen.only or PARTS:
        title, part = PARTS[name]
        say(title)
        try:
            found[name] = part(bench)
        except (Failed, OSError) as reason:
            found["failed"] = True
            say(f"  failed: {reason}")
    return found


def add_surroundings(found, chosen, java_home):
    runtime = chosen.distribution / "runtime"
    shares = [run.strangers for run in found["all"]] or [0.0]
    now = datetime.datetime.now(datetime.timezone.utc)
    found["date"] = now.strftime("%Y-%m-%d %H:%M UTC")
    found["machine"] = describe_machine(runtime if runtime.is_dir() else Path(java_home))
    found["distribution"] = (
        "Self-contained distribution" if runtime.is_dir() else "Plain distribution"
    )
    found["strangers"] = sorted(shares)[len(shares) // 2]
    found["strangers_most"] = max(shares)


def publish(found, chosen):
    text = report.markdown(found, report.verdicts(found))
    print(text)
    if chosen.write:
        page = report.written(PAGE.read_text(encoding="utf-8"), text)
        PAGE.write_text(page, encoding="utf-8")
        say(f"Written to {PAGE}")
    return 1 if found["voids"] or found["failed"] else 0


def allow_many_files():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_NEEDED if most == resource.RLIM_INFINITY else min(FILES_NEEDED, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main(arguments):
    chosen = parse(arguments)
    java_home = os.environ["JAVA_HOME"]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    allow_many_files()
    try:
        with tempfile.TemporaryDirectory(prefix="kms-agent-comparison-") as folder:
            with Processes(folder) as processes:
                found = measure(chosen, processes, java_home)
        add_surroundings(found, chosen, java_home)
        return publish(found, chosen)
    except Failed as reason:
        say(f"compare: {reason}")
        return 1
    except KeyboardInterrupt:
        say("compare: interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
