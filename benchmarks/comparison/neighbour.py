"""A pod that misbehaves towards the agent of its node, from an address of its own, until it is killed.

Arguments: what it does, the port of the agent, the file with its token. It counts on standard output,
every second, how often it did that.
"""

import itertools
import socket
import sys
import time
from pathlib import Path

from client import HOST, read_answer, request

ADDRESS = "127.0.0.2"
LARGE = "/secretsmanager/get?secretId=neighbour/large-"
UNKNOWN = "/secretsmanager/get?secretId=neighbour/unknown-"
LARGE_SECRETS = 1500
READS_A_SECOND = 200
CONNECTIONS_A_SECOND = 200
HALF_SENT = 1500
SLOW = 200
PIPELINED = 100


def _connect(port):
    return socket.create_connection((HOST, port), timeout=10, source_address=(ADDRESS, 0))


def _ask(port, requests):
    """Sends one request after another on one connection, and makes another when it is closed."""
    connection = None
    for sent in requests:
        try:
            connection = connection or _connect(port)
            connection.sendall(sent)
            if read_answer(connection).headers.get("connection") == "close":
                connection.close()
                connection = None
        except OSError:
            connection = None
        yield


def unknown_names(port, token):
    """Reads secrets that do not exist."""
    return _ask(port, _paced(request(port, f"{UNKNOWN}{n}", token) for n in itertools.count()))


def large_secrets(port, token):
    """Reads more and larger secrets than its share of the cache holds."""
    numbers = itertools.cycle(range(1, LARGE_SECRETS + 1))
    return _ask(port, _paced(request(port, f"{LARGE}{n}", token) for n in numbers))


def wrong_tokens(port, token):
    """Sends forged tokens, each another one, as fast as they are answered."""
    signed, _, signature = token.rpartition(".")
    forged = (f"{signed}.{n % 10**8:08d}{signature[8:]}" for n in itertools.count())
    return _ask(port, (request(port, f"{LARGE}1", one) for one in forged))


def half_sent(port, token):
    """Opens connections and sends the half of a request on each."""
    whole = request(port, f"{LARGE}1", token)
    return _open(port, whole[: len(whole) // 2], HALF_SENT)


def slow_reading(port, token):
    """Asks for large secrets, many at a time, and does not read the answers."""
    return _open(port, request(port, f"{LARGE}1", token) * PIPELINED, SLOW)


def _open(port, sent, most):
    """Keeps so many connections, of which each was sent this; the oldest makes room for a new one."""
    connections = []
    for _ in _paced(itertools.count(), CONNECTIONS_A_SECOND):
        if len(connections) == most:
            connections.pop(0).close()
        try:
            connection = _connect(port)
            connections.append(connection)
            connection.setblocking(False)
            connection.send(sent)
        except OSError:
            pass
        yield


def _paced(things, rate=READS_A_SECOND):
    begin = time.monotonic()
    for number, thing in enumerate(things):
        time.sleep(max(0, begin + number / rate - time.monotonic()))
        yield thing


WAYS = {
    way.__name__: way for way in (unknown_names, large_secrets, half_sent, slow_reading, wrong_tokens)
}


def main(way, port, token_file):
    token = Path(token_file).read_text(encoding="ascii")
    told = time.monotonic()
    for count, _ in enumerate(WAYS[way](int(port), token), start=1):
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            print(count, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
