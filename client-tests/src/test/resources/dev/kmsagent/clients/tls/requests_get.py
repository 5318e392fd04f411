import os

import requests

answer = requests.get(
    os.environ["KMS_URL"] + "/secretsmanager/get?secretId=app&field=password",
    headers={"X-KMS-Token": os.environ["TOKEN"]},
    ADDED,
)
answer.raise_for_status()
print(answer.text)
