import os
import ssl
import urllib.request

request = urllib.request.Request(
    os.environ["KMS_URL"] + "/secretsmanager/get?secretId=app&field=password",
    headers={"X-KMS-Token": os.environ["TOKEN"]},
)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(ADDED))
with opener.open(request) as answer:
    print(answer.read().decode())
