// load.js FILE N: N callers call KMS with the credential of a file while there is a file running, and print what failed.
const fs = require('fs');
const path = require('path');
const { default: Client, OpenApiRequest, Params } = require('@alicloud/openapi-client');

const client = new Client({ credential: require(path.resolve(process.argv[2])), endpoint: process.env.KMS_ENDPOINT, protocol: 'http' });
const read = new Params({ action: 'GetSecretValue', version: '2016-01-20', protocol: 'HTTP', method: 'POST',
  authType: 'AK', style: 'RPC', pathname: '/', reqBodyType: 'formData', bodyType: 'json' });

async function call() {
  while (fs.existsSync('running')) {
    await client.callApi(read, new OpenApiRequest({ query: { SecretName: 'called' } }), { autoretry: false })
      .catch((failed) => console.log(failed.message));
  }
}
for (let i = 0; i < process.argv[3]; i++) call();
