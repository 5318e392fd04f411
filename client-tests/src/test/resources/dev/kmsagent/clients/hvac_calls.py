"""Makes calls of hvac, and prints for each what it gave and what it should give, as JSON."""

import json
import os

import hvac

client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
namespaced = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"], namespace="team")
stranger = hvac.Client(url=os.environ["VAULT_ADDR"], token="wrong")
kv = client.secrets.kv.v2

CURRENT = {"user": "app", "password": "second"}
FIRST = {"user": "app", "password": "first"}

CALLS = [
    ("client.is_authenticated()", True),
    ("stranger.is_authenticated()", False),
    ("client.lookup_token()['data']['type']", "service"),
    ("client.auth.token.lookup_self()['data']['renewable']", True),
    ("client.auth.token.renew_self()['auth']['renewable']", True),
    ("client.auth.token.revoke_self()", "UnexpectedError"),
    ("client.auth.token.create()", "UnexpectedError"),
    ("client.auth.kubernetes.login('app', 'a.b.c')", "InvalidRequest"),
    ("client.sys.is_initialized()", True),
    ("client.sys.is_sealed()", False),
    ("client.sys.read_health_status().status_code", 200),
    ("client.sys.read_health_status(method='GET')['sealed']", False),
    ("client.sys.read_seal_status()['initialized']", True),
    ("client.sys.read_leader_status()['ha_enabled']", False),
    ("client.sys.list_mounted_secrets_engines()['data']['secret/']['type']", "kv"),
    ("kv.read_secret_version('app')['data']['data']", CURRENT),
    ("kv.read_secret_version('app')['data']['metadata']['version']", 1835560074),
    ("kv.read_secret_version('app', version=1)['data']['data']", FIRST),
    ("kv.read_secret_version('app', version=9)", "InvalidPath"),
    ("kv.read_secret_version('note')['data']['data']", {"value": "just text"}),
    ("kv.read_secret_version('missing')", "InvalidPath"),
    ("kv.read_secret_metadata('app')['data']['current_version']", 1835560074),
    ("sorted(kv.read_secret_metadata('app')['data']['versions'])", ["1", "1835560074"]),
    ("kv.list_secrets('')", "UnexpectedError"),
    ("client.read('secret/app')", None),
    ("client.read('secret/data/app', wrap_ttl='5m')", "InvalidRequest"),
    ("namespaced.is_authenticated()", False),
    ("namespaced.read('secret/data/app')", "InvalidRequest"),
    ("client.read('secret/data/team/db')['data']['data']", {"password": "third"}),
    ("stranger.read('secret/data/app')", "Forbidden"),
    ("kv.create_or_update_secret('app', secret=FIRST)", "UnexpectedError"),
    ("kv.delete_latest_version_of_secret('app')", "UnexpectedError"),
]


def outcome(call):
    try:
        return eval(call)
    except Exception as refused:
        return type(refused).__name__


for call, expected in CALLS:
    print(json.dumps({"call": call, "given": str(outcome(call)), "expected": str(expected)}))
