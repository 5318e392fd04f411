import http.client
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

token = os.environ.get("KMS_TOKEN", "/var/run/kmstoken/token").replace("file://", "")
without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def watch(secret, field, use):
    """Calls use with the value, and again each time that the secret has changed."""
    query = urllib.parse.urlencode({"secretId": secret, "field": field})
    url = "http://127.0.0.1:2025/secretsmanager/get?" + query
    etag = '""'
    while True:
        pause = 1
        try:
            with open(token) as file:
                headers = {"X-KMS-Token": file.read().strip()}
            headers.update({"If-None-Match": etag, "Prefer": "wait=55"})
            request = urllib.request.Request(url, headers=headers)
            with without_proxy.open(request, timeout=75) as answer:
                use(answer.read().decode())
                etag = answer.headers["ETag"]
        except urllib.error.HTTPError as error:
            if error.code != 304:
                print(secret, error.code, error.read().decode(), file=sys.stderr)
                pause = int(error.headers.get("Retry-After", 5))
        except (OSError, http.client.HTTPException) as error:
            print(secret, error, file=sys.stderr)
            pause = 5
        time.sleep(pause)


watch("app", "password", lambda password: print(password, flush=True))
