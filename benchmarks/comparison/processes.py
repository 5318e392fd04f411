"""Processes that end when the comparison does, and what /proc tells about them."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_TO_END = 15
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


MAPPING = re.compile(r"(?P<start>[0-9a-f]+)-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(?P<name>.*)")
HEAP = "the Java heap"
REST = "compiled code, stacks, other libraries"
PARTS = {
    ".aot": "the cache of classes",
    "": HEAP,
    "libjvm.so": "the JVM's own library",
    "[heap]": "the system's allocator",
}

CGROUPS = Path("/sys/fs/cgroup")
CPU_PERIOD = 100_000
# $0 is a cgroup, $1 the path where the command sees it as a container sees its own. The JVM finds
# its limit there only in a namespace for cgroups.
ENTER = 'mount --bind "$0" "$1" && echo 0 >"$1/cgroup.procs" && shift && exec unshare --cgroup "$@"'

# A small heap lies at the end of the first four gigabytes, so that its pointers are short.
HEAP_FROM = 0xF0000000


class Failed(Exception):
    """A step that did not come to its end, in a sentence for people."""


def _die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _begin(niceness):
    """In a new session: where the kernel shares processors among sessions, they have the priority."""
    _die_with_parent()
    if niceness:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    priority = os.nice(niceness)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(priority), "ascii")


class Process:
    """A program with its children, in a process group of its own."""

    def __init__(self, name, command, folder, environment=None, niceness=0):
        self.name = name
        self.output = Path(folder) / f"{name}.out"
        with open(self.output, "ab") as out:
            self._popen = subprocess.Popen(
                [str(part) for part in command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=lambda: _begin(niceness),
            )
        self.pid = self._popen.pid

    def is_alive(self):
        return self._popen.poll() is None

    def said(self):
        return self.output.read_text(errors="replace")

    def forget_output(self):
        os.truncate(self.output, 0)

    def tree(self):
        """The ids of the process and of all that descend from it."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(stat.parent.name)] = int(_fields(stat)[1])
        found = [self.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def cpu_seconds(self):
        """User and system time so far, of ended children too."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                total += sum(int(ticks) for ticks in _fields(f"/proc/{pid}/stat")[11:15])
        return total / TICKS

    def memory_mib(self):
        """Resident and proportional memory, and what no other process shares."""
        resident = proportional = private = 0
        for pid in self.tree():
            rollup = f"/proc/{pid}/smaps_rollup"
            resident += _kib(f"/proc/{pid}/status", "VmRSS")
            proportional += _kib(rollup, "Pss")
            private += _kib(rollup, "Private_Clean") + _kib(rollup, "Private_Dirty")
        return {"rss": resident / 1024, "pss": proportional / 1024, "private": private / 1024}

    def memory_by_part(self):
        """Resident memory by what it is for, in MiB, of a JVM."""
        parts = dict.fromkeys(PARTS.values(), 0)
        parts[REST] = 0
        part = REST
        for pid in self.tree():
            for line in Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8").splitlines():
                mapping = MAPPING.match(line)
                if mapping:
                    part = _part(int(mapping["start"], 16), mapping["name"])
                elif line.startswith("Rss:"):
                    parts[part] += int(line.split()[1]) / 1024
        return parts

    def end(self):
        if self.is_alive():
            self._signal(signal.SIGTERM)
            try:
                self._popen.wait(PATIENCE_TO_END)
            except subprocess.TimeoutExpired:
                pass
        self._signal(signal.SIGKILL)
        self._popen.wait()

    def kill(self):
        """Ends it at once."""
        self._signal(signal.SIGKILL)
        self._popen.wait()

    def pause(self):
        """Its kernel goes on to accept connections, and nothing answers on them."""
        self._signal(signal.SIGSTOP)

    def resume(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def _part(start, name):
    if not name and HEAP_FROM <= start < 1 << 32:
        return HEAP
    return next((part for ending, part in PARTS.items() if ending and name.endswith(ending)), REST)


class Processes:
    """Starts processes, and ends all of them when it is closed."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._running = []

    def start(self, name, command, environment=None, niceness=0):
        process = Process(name, command, self.folder, environment, niceness)
        self._running.append(process)
        return process

    def end(self, process):
        process.end()
        self._running.remove(process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self._running):
            process.end()


def run(command, seconds, **options):
    """What a program prints that has to end well, and within so many seconds."""
    words = [str(part) for part in command]
    try:
        ended = subprocess.run(
            words,
            timeout=seconds,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent,
            **options,
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{words[0]} did not end within {seconds} s") from late
    if ended.returncode != 0:
        raise Failed(f"{' '.join(words)} failed: {ended.stdout.strip()[-2000:]}")
    return ended.stdout


@contextlib.contextmanager
def cpu_limit(cores):
    """What a command has to begin with to get at most so many cores."""
    # Version 2 follows the kernel's documentation, and was not run.
    second = (CGROUPS / "cgroup.controllers").exists()
    mount = CGROUPS if second else CGROUPS / "cpu"
    group = mount / f"kms-agent-comparison-{os.getpid()}"
    try:
        if second:
            (mount / "cgroup.subtree_control").write_text("+cpu", "ascii")
        group.mkdir()
    except OSError as reason:
        raise Failed(f"a CPU limit needs root and a cgroup's cpu controller: {reason}") from reason
    try:
        quota = round(cores * CPU_PERIOD)
        if second:
            (group / "cpu.max").write_text(f"{quota} {CPU_PERIOD}", "ascii")
        else:
            (group / "cpu.cfs_period_us").write_text(str(CPU_PERIOD), "ascii")
            (group / "cpu.cfs_quota_us").write_text(str(quota), "ascii")
        prefix = ["unshare", "--mount", "sh", "-c", ENTER, group, mount]
        run([*prefix, "true"], 10)
        yield prefix
    finally:
        group.rmdir()


def wait_until(condition, seconds, what):
    """What ``condition`` gives once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise Failed(f"{what} did not happen within {seconds} s")


def machine_cpu_seconds():
    """What all processes of the machine, and other machines on its processors, have used."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _, _, _, _, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + steal) / TICKS


def children_cpu_seconds():
    """What children of this process that have ended have used."""
    usage = os.times()
    return usage.children_user + usage.children_system


def _fields(stat):
    """The fields of a stat file from the state on, which is number 0 here (proc(5) number 3)."""
    with open(stat, encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()


def _kib(path, field):
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    return 0
