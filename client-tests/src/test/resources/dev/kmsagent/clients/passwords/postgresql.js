const fs = require('fs');
const { Pool } = require('pg');

const secret =
  'http://127.0.0.1:2025/secretsmanager/get?secretId=app/db&fields=AccountName,AccountPassword';
const tokenFile = (process.env.KMS_TOKEN ?? '/var/run/kmstoken/token').replace('file://', '');

async function read(rejected) {
  const token = fs.readFileSync(tokenFile, 'utf8').trim();
  const answer = await fetch(secret + rejected, {
    headers: { 'X-KMS-Token': token },
    signal: AbortSignal.timeout(15000),
  }).catch((error) => Promise.reject(Object.assign(error, { status: 503 })));
  const text = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(text), { status: answer.status });
  const { AccountName: user, AccountPassword: password } = JSON.parse(text);
  return { user, password, version: answer.headers.get('x-kms-version-id') };
}

/** Logs each new connection in with the name and the password of one version. */
class RotatingPool extends Pool {
  connect(callback) {
    const connected = this.logIn();
    if (!callback) return connected;
    connected.then((client) => callback(undefined, client, client.release), callback);
  }

  async logIn() {
    const end = Date.now() + 30000;
    let rejected = '';
    let done;
    try {
      for (;;) {
        let version;
        try {
          if (this.idleCount === 0 && this.totalCount < this.options.max) {
            Object.assign(this.options, await read(rejected));
          }
          version = this.options.version;
          return await super.connect(); // a new client takes user and password from the options
        } catch (error) {
          const refused = error.code === '28P01';
          const passing = [409, 429, 502, 503, 504].includes(error.status);
          if (!(refused || passing) || Date.now() > end) throw error;
          // After a 409 it may be accepted next: the database may change after KMS.
          rejected = refused ? `${rejected}&rejected=${version}` : '';
        }
        if (!done) {
          const before = this.trial; // one at a time: many refused logins could lock the account
          this.trial = new Promise((resolve) => (done = resolve));
          await before;
        }
        if (!rejected) await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    } finally {
      done?.();
    }
  }
}

const pool = new RotatingPool({ host: '127.0.0.1', database: 'app' });
