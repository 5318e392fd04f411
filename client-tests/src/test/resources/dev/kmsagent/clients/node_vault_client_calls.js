// Calls of node-vault-client.
const VaultClient = require('node-vault-client');

const client = (token) =>
  new VaultClient({ api: { url: process.env.VAULT_ADDR }, auth: { type: 'token', config: { token } }, logger: false });
const vault = client(process.env.VAULT_TOKEN);
const stranger = client('wrong');

const calls = [
  ["(await vault.read('secret/data/app')).getData().data", { user: 'app', password: 'second' }],
  ["(await vault.read('secret/data/app?version=1')).getData().data.password", 'first'],
  ["(await vault.read('secret/data/note')).getValue('data').value", 'just text'],
  ["(await vault.read('secret/metadata/app')).getValue('current_version')", 1835560074],
  ["await vault.list('secret/metadata')", 'Status 405'],
  ["await vault.read('secret/data/missing')", 'Status 404'],
  ["await stranger.read('secret/data/app')", 'Status 403'],
  ["await vault.write('secret/data/app', { data: {} })", 'Status 405'],
];

// A timer to renew the token would keep the process.
require('./calls.js')(calls, (call) => eval(call)).then(() => process.exit());
