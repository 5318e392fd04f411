const fs = require('fs');

const tokenFile = (process.env.KMS_TOKEN ?? '/var/run/kmstoken/token').replace('file://', '');

/** Calls use with the value, and again each time that the secret has changed. */
async function watch(secret, field, use) {
  const query = new URLSearchParams({ secretId: secret, field });
  let etag = '""';
  for (;;) {
    let pause = 1;
    try {
      const token = fs.readFileSync(tokenFile, 'utf8').trim();
      const answer = await fetch(`http://127.0.0.1:2025/secretsmanager/get?${query}`, {
        headers: { 'X-KMS-Token': token, 'If-None-Match': etag, Prefer: 'wait=55' },
        signal: AbortSignal.timeout(75000),
      });
      const text = await answer.text();
      if (answer.ok) {
        await use(text);
        etag = answer.headers.get('etag');
      } else if (answer.status !== 304) {
        console.error(`${secret}: ${answer.status} ${text}`);
        pause = Number(answer.headers.get('retry-after') ?? 5);
      }
    } catch (error) {
      console.error(secret, error);
      pause = 5;
    }
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
  }
}

watch('app', 'password', console.log);
