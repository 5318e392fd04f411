printf 'X-KMS-Token: %s\n' "$TOKEN" |
  curl -fsS ADDED -H @- "$KMS_URL/secretsmanager/get?secretId=app&field=password"
