// Logs in with a pod's token by node-vault-client, at the first read.
const VaultClient = require('node-vault-client');

const client = (role) =>
  new VaultClient({
    api: { url: process.env.VAULT_ADDR },
    auth: { type: 'kubernetes', config: { role, tokenPath: process.env.TOKEN_FILE } },
    logger: false,
  });
const vault = client('kms.shop.orders');
const stranger = client('kms.shop.billing');

const calls = [
  ["(await vault.read('secret/data/app')).getData().data", { user: 'app', password: 'second' }],
  ["await vault.read('secret/data/missing')", 'Status 404'],
  ["await stranger.read('secret/data/app')", 'Status 403'],
];

// A timer to renew the token would keep the process.
require('./calls.js')(calls, (call) => eval(call)).then(() => process.exit());
