import os

import hvac

client = hvac.Client(url=os.environ["KMS_URL"], token=os.environ["TOKEN"])
print(client.secrets.kv.v2.read_secret_version("app")["data"]["data"]["password"])
