"""Requests by a plain socket: quick to make, and they hang where they are told to."""

import contextlib
import socket
import time

HOST = "127.0.0.1"
POLL_SECONDS = 0.001


def request(port, path, token=None):
    """The bytes of a GET that keeps its connection."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{port}"]
    if token:
        lines.append(f"X-KMS-Token: {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class Answer:
    """The status of an answer, the names of its headers in small letters, and its body."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        self.body = body


def read_answer(connection):
    """One answer with a length; raises OSError when the other side breaks it off."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    answer = Answer(head, body)
    while len(answer.body) < int(answer.headers.get("content-length", 0)):
        answer.body += _more(connection)
    return answer


def _more(connection):
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionResetError("closed before the end of the answer")
    return piece


def ask(port, path, token=None, seconds=10):
    """One request on a connection of its own."""
    with socket.create_connection((HOST, port), timeout=seconds) as connection:
        connection.sendall(request(port, path, token))
        return read_answer(connection)


def first_ok(port, path, token, seconds):
    """Asks about every millisecond until the answer is 200; gives the time of that, or None."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if ask(port, path, token).status == 200:
                return time.monotonic()
        time.sleep(POLL_SECONDS)
    return None


class Waiting:
    """Connections that each wait for the answer to one request."""

    def __init__(self, port, paths, token):
        self._connections = []
        try:
            for path in paths:
                connection = socket.create_connection((HOST, port), timeout=10)
                self._connections.append(connection)
                connection.sendall(request(port, path, token))
        except OSError:
            self.close()
            raise

    def unanswered(self):
        """How many still wait."""
        return sum(1 for connection in self._connections if not _has_news(connection))

    def close(self):
        for connection in self._connections:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _has_news(connection):
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
