"""Reads a secret as AWS's documentation has programs do it: requests, the header, the port of AWS's agent."""

import requests

with open("/var/run/awssmatoken") as file:
    token = file.read()
answer = requests.get(
    "http://localhost:2773/secretsmanager/get?secretId=app&versionStage=AWSPREVIOUS&refreshNow=true",
    headers={"X-Aws-Parameters-Secrets-Token": token.strip()},
)
if answer.status_code != 200:
    raise Exception(f"Status code {answer.status_code} - {answer.text}")
print(answer.text)
