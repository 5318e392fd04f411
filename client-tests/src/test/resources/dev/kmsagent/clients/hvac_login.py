"""Logs in with a pod's token by hvac, and prints for each call what it gave and what it should give."""

import json
import os
from pathlib import Path

import hvac

jwt = Path(os.environ["TOKEN_FILE"]).read_text()
client = hvac.Client(url=os.environ["VAULT_ADDR"])
kubernetes = client.auth.kubernetes
kv = client.secrets.kv.v2

CALLS = [
    ("client.is_authenticated()", False),
    ("kubernetes.login('kms.shop.orders', jwt)['auth']['renewable']", True),
    ("client.is_authenticated()", True),
    ("kv.read_secret_version('app')['data']['data']", {"user": "app", "password": "second"}),
    ("kv.read_secret_version('missing')", "InvalidPath"),
    ("client.auth.token.lookup_self()['data']['ttl'] <= 3660", True),
    ("client.auth.token.renew_self()['auth']['lease_duration'] <= 3660", True),
    ("kubernetes.login('kms.shop.billing', jwt)", "Forbidden"),
    ("kubernetes.login('kms.shop.orders', jwt[:-9] + 'forged000')", "Forbidden"),
    ("kv.read_secret_version('app')['data']['data']['password']", "second"),
]


def outcome(call):
    try:
        return eval(call)
    except Exception as refused:
        return type(refused).__name__


for call, expected in CALLS:
    print(json.dumps({"call": call, "given": str(outcome(call)), "expected": str(expected)}))
