"""Reads at a fixed rate over connections that are kept."""

import collections
import selectors
import socket
import time

from client import HOST, Answer, request
from processes import Failed


class Kept:
    """The connection of one pod, which asks for its secrets in turn."""

    def __init__(self, port, token, paths):
        self._requests = [request(port, path, token) for path in paths]
        self._next = 0
        self._due = collections.deque()
        self._received = b""
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def ask(self, due):
        """Sends a request now, or once what was asked before is answered."""
        self._due.append(due)
        if len(self._due) == 1:
            self._due[0] = time.monotonic()
            self._send()

    def _send(self):
        self.socket.sendall(self._requests[self._next])
        self._next = (self._next + 1) % len(self._requests)

    def receive(self):
        """The milliseconds that a read took since it was due, and the answer; None before its end."""
        piece = self.socket.recv(65536)
        if not piece:
            raise Failed("the agent closed a connection that was kept")
        self._received += piece
        head, end, body = self._received.partition(b"\r\n\r\n")
        answer = Answer(head, body) if end else None
        if answer is None or len(body) < int(answer.headers["content-length"]):
            return None
        self._received = b""
        took = (time.monotonic() - self._due.popleft()) * 1000
        if self._due:
            self._send()
        return took, answer

    def read(self):
        """One read by itself."""
        self.ask(time.monotonic())
        while True:
            found = self.receive()
            if found:
                return found


class Reads:
    """What reads at a fixed rate came to: milliseconds, and those that the cache did not serve."""

    def __init__(self):
        self.took = []
        self.misses = 0

    def add(self, took, answer):
        if answer.status != 200:
            raise Failed(f"a read was answered {answer.status}: {answer.body[:200]}")
        self.took.append(took)
        self.misses += "; hit" not in answer.headers.get("cache-status", "")

    def percentile(self, part):
        return sorted(self.took)[int(len(self.took) * part)]


def read_at_rate(pods, rate, seconds):
    """So many reads a second by all pods together, each in its turn."""
    found = Reads()
    with selectors.DefaultSelector() as selector:
        for pod in pods:
            selector.register(pod.socket, selectors.EVENT_READ, pod)
        begin, asked, total = time.monotonic(), 0, rate * seconds
        while len(found.took) < total:
            now = time.monotonic()
            while asked < total and begin + asked / rate <= now:
                pods[asked % len(pods)].ask(begin + asked / rate)
                asked += 1
            wait = max(0, begin + asked / rate - now) if asked < total else 1
            for key, _ in selector.select(wait):
                answered = key.data.receive()
                if answered:
                    found.add(*answered)
    return found
