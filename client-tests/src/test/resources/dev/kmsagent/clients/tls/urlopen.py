import os
import ssl
import urllib.request

request = urllib.request.Request(
    os.environ["KMS_URL"] + "/secretsmanager/get?secretId=app&field=password",
    headers={"X-KMS-Token": os.environ["TOKEN"]},
)
with urllib.request.urlopen(request, ADDED) as answer:
    print(answer.read().decode())
