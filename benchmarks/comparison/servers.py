"""The servers that are compared, each ready to be started with what it needs in a folder."""

import json
import os
import re
import tempfile
import time
import urllib.request
from pathlib import Path

from client import HOST, ask, first_ok, free_port
from processes import Failed, run, wait_until

SECRET = "app/dev/secret-1"
LARGE = "bench/large-"
HANGING = "bench/hanging-"
LARGE_COUNT = 500
LARGE_SIZE = 30 * 1024
PATH = "/secretsmanager/get?secretId="
START_SECONDS = 60
SOURCES = Path(__file__).resolve().parent.parent

# An agent of a node has neither a token nor a key.
NO_RIGHT_OF_ITS_OWN = ("KMS_TOKEN", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")

# The configuration of the vendor's guide for a sidecar, word for word.
CONFIGURATION = """\
[Server]
HttpPort = 2025
[KMS]
Region = "cn-hangzhou"
[Cache]
CacheType = "InMemory"
CacheSize = 1000
TtlSeconds = 300
[Log]
LogLevel = "Debug"
LogPath = "./logs/"
MaxSize = 100
MaxBackups = 2
"""


class Server:
    """Something that listens; ``path`` gives the small body, to whoever shows the token."""

    path = PATH + SECRET

    def __init__(self, processes, name, token, prefix=()):
        self.processes = processes
        self.name = name
        self.token = token
        self.prefix = prefix
        self.port = free_port()
        self.process = None
        self.start_ms = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return None

    def launch(self):
        """Starts the process and waits for nothing."""
        command = [*self.prefix, *self.command()]
        self.process = self.processes.start(self.name, command, self.environment())

    def start(self, path=None):
        """Starts, waits for the first good answer, and keeps how long that took."""
        began = time.monotonic()
        self.launch()
        ended = first_ok(self.port, path or self.path, self.token, START_SECONDS)
        if ended is None:
            raise Failed(f"{self.name} gave no good answer: {self.process.said()[-2000:]}")
        self.start_ms = (ended - began) * 1000
        return self

    def end(self):
        self.processes.end(self.process)

    def check(self, path, size):
        """Fails unless one request is answered as all will have to be."""
        answer = ask(self.port, path, self.token)
        if answer.status != 200 or (size and len(answer.body) != size):
            raise Failed(f"{self.name} answered {answer.status} with {len(answer.body)} bytes")
        return answer


class Agent(Server):
    """The agent of a distribution on an emulated KMS, with the configuration of the guide."""

    def __init__(self, processes, name, token, distribution, kms, settings=None, prefix=()):
        super().__init__(processes, name, token, prefix)
        self.distribution = distribution
        self.kms = kms
        self.settings = settings or {}

    def launch(self):
        folder = self.processes.folder / self.name
        folder.mkdir(exist_ok=True)
        self.configuration = folder / "config.toml"
        self.configuration.write_text(
            CONFIGURATION.replace('"./logs/"', json.dumps(str(folder / "logs"))), encoding="utf-8"
        )
        self.token_file = folder / "token"
        self.token_file.write_text(self.token, encoding="ascii")
        super().launch()

    def command(self):
        return [self.distribution / "alibabacloud-kms-agent", "agent", self.configuration]

    def environment(self):
        return {
            **os.environ,
            "KMS_TOKEN": f"file://{self.token_file}",
            "KMS_AGENT_SERVER_HTTPPORT": str(self.port),
            "KMS_AGENT_KMS_ENDPOINT": self.kms.address,
            "KMS_AGENT_KMS_PROTOCOL": "http",
            "KMS_AGENT_KMS_CREDENTIALTYPE": "AccessKey",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI-emulated",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "known-to-everybody",
            **self.settings,
        }


class GoServer(Server):
    """net/http doing the same work."""

    def __init__(self, processes, name, token, program, body, large=False):
        super().__init__(processes, name, token)
        self.program = program
        self.body = body
        self.large = large
        if large:
            self.path = f"{PATH}{LARGE}1"

    def command(self):
        token = self.processes.folder / f"{self.name}.token"
        token.write_text(self.token, encoding="ascii")
        files = ["-token", token]
        if self.large:
            body = self.processes.folder / "large-body"
            body.write_bytes(b"x" * LARGE_SIZE)
            files += ["-secret", LARGE, "-count", str(LARGE_COUNT), "-body", body]
        else:
            files += ["-secret", SECRET, "-body", self.body]
        return [self.program, "-listen", f"{HOST}:{self.port}", *files]


class Nginx(Server):
    """One worker that sends a file, to everybody; or, from memory, to whoever shows the token."""

    def __init__(self, processes, name, token, body, from_memory=False):
        super().__init__(processes, name, token)
        self.body = body
        self.from_memory = from_memory

    def command(self):
        folder = self.processes.folder / self.name
        folder.mkdir(exist_ok=True)
        configuration = folder / "nginx.conf"
        configuration.write_text(self._configuration(folder), encoding="utf-8")
        return ["nginx", "-e", "stderr", "-p", folder, "-c", configuration]

    def _configuration(self, folder):
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n".join(f"  {kind}_temp_path {folder}/{kind};" for kind in kinds)
        return f"""\
{'user root;' if os.geteuid() == 0 else ''}
daemon off;
worker_processes 1;
pid {folder}/pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  open_file_cache max=16;
  keepalive_requests 1000000000;
{temporary}
  server {{
    listen {HOST}:{self.port} backlog=4096;
    location = /secretsmanager/get {{ default_type application/json; {self._answer()} }}
  }}
}}
"""

    def _answer(self):
        if not self.from_memory:
            return f"alias {self.body};"
        body = self.body.read_text(encoding="utf-8")
        return f"if ($http_x_kms_token != '{self.token}') {{ return 403; }} return 200 '{body}';"


class Kms:
    """The emulator of a plain distribution; it is told what to do over HTTP."""

    def __init__(self, processes, distribution, java_home):
        self.processes = processes
        self.distribution = distribution
        self.java_home = java_home
        self.address = ""

    def start(self):
        secrets = self.processes.folder / "secrets.toml"
        secrets.write_text(_secrets(), encoding="utf-8")
        launcher = self.distribution / "alibabacloud-kms-agent"
        process = self.processes.start(
            "emulator",
            [launcher, "dev", "--port", "0", "--secrets", secrets],
            {**os.environ, "JAVA_HOME": self.java_home, "KMS_AGENT_HEAP": "256m"},
        )
        said = wait_until(
            lambda: re.search(r"emulated, at http://([0-9.:]+\d)", process.said())
            or not process.is_alive(),
            START_SECONDS,
            "the start of the emulator",
        )
        if said is True:
            raise Failed(f"the emulator ended: {process.said()[-2000:]}")
        self.address = said[1]
        return self

    def hang(self):
        """From now on no call is answered."""
        self._call("POST", "/_emulator/faults", {"fault": "hang"})

    def heal(self):
        self._call("DELETE", "/_emulator/faults")

    def calls(self, service="kms"):
        """How many calls a service has had."""
        return json.loads(self._call("GET", f"/_emulator/calls?service={service}"))["total"]

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode("utf-8")
        order = urllib.request.Request(f"http://{self.address}{path}", data=data, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(order, timeout=10) as answer:
            return answer.read()


class Cluster(Kms):
    """An emulated cloud and the pods of a node, each with a token."""

    PODS = 110
    ROLES = 40
    SECRETS = 5

    def start(self):
        folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=self.processes.folder))
        classes = f"{self.distribution}/lib/*:{self.distribution}/emulator/*"
        program = [Path(self.java_home) / "bin" / "java", "-cp", classes]
        program += [SOURCES / "node" / "Cluster.java"]
        sizes = [self.PODS, self.ROLES, self.SECRETS]
        self.process = self.processes.start("cluster", [*program, folder, *sizes])
        environment = folder / "environment"
        wait_until(environment.exists, START_SECONDS, f"the start of {program[-1]}")
        lines = environment.read_text(encoding="utf-8").splitlines()
        self.environment = dict(line.split("=", 1) for line in lines)
        self.address = self.environment["KMS_AGENT_KMS_ENDPOINT"]
        tokens = (folder / "tokens").read_text(encoding="ascii").splitlines()
        *self.tokens, self.further, self.neighbour = tokens
        return self

    def paths(self, pod):
        """Those of the secrets of a pod's role; after the pods comes the further one."""
        role = pod % self.ROLES if pod < self.PODS else self.ROLES
        return [f"{PATH}app{role}/secret-{number + 1}" for number in range(self.SECRETS)]


class NodeAgent(Agent):
    """The agent of a node, which serves the pods of a cluster."""

    def environment(self):
        without = {k: v for k, v in super().environment().items() if k not in NO_RIGHT_OF_ITS_OWN}
        ttl = {"KMS_AGENT_CACHE_TTLSECONDS": "3600"}
        as_in_chart = {"KMS_AGENT_JAVA_OPTS": "-Xmn8m"}
        return {**without, **ttl, **as_in_chart, **self.kms.environment, **self.settings}


def _secrets():
    small = "".join(f"{number:04d}" for number in range(40))
    blocks = [_secret(SECRET, small)]
    blocks += [
        _secret(f"{LARGE}{number}", f"{number:04d}" * (LARGE_SIZE // 4))
        for number in range(1, LARGE_COUNT + 1)
    ]
    return "\n".join(blocks)


def _secret(name, text):
    return f'[[secret]]\nname = "{name}"\ntext = "{text}"\n'


def build_go_server(folder):
    """Compiles the Go server and gives the program."""
    return _build_go(folder, "go-server", "main.go")


def build_go_client(folder):
    """Compiles the client with TLS and gives the program."""
    return _build_go(folder, "go-client", "client/main.go")


def _build_go(folder, name, source):
    program = Path(folder) / name
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GO111MODULE": "off"}
    run(["go", "build", "-o", program, SOURCES / "go" / source], 300, env=environment)
    return program
