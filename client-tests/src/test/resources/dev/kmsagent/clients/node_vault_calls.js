// Calls of node-vault.
const client = require('node-vault');

const endpoint = process.env.VAULT_ADDR;
const vault = client({ endpoint, token: process.env.VAULT_TOKEN });
const stranger = client({ endpoint, token: 'wrong' });

const current = { user: 'app', password: 'second' };

const calls = [
  ["(await vault.health()).sealed", false],
  ["(await vault.initialized()).initialized", true],
  ["(await vault.status()).sealed", false],
  ["(await vault.leader()).ha_enabled", false],
  ["(await vault.mounts())['secret/'].type", "kv"],
  ["(await vault.tokenLookupSelf()).data.type", "service"],
  ["(await vault.tokenRenewSelf()).auth.renewable", true],
  ["(await vault.read('secret/data/app')).data.data", current],
  ["(await vault.read('secret/data/app?version=1')).data.data.password", "first"],
  ["(await vault.read('secret/data/note')).data.data", { value: "just text" }],
  ["(await vault.read('secret/metadata/app')).data.current_version", 1835560074],
  ["await vault.list('secret/metadata')", "Status 405"],
  ["await vault.read('secret/data/missing')", "Status 404"],
  ["await vault.approleLogin({ role_id: 'a', secret_id: 'b' })", "Status 400"],
  ["await stranger.read('secret/data/app')", "Status 403"],
  ["await vault.write('secret/data/app', { data: {} })", "Status 405"],
  ["await vault.delete('secret/data/app')", "Status 405"],
];

require('./calls.js')(calls, (call) => eval(call));
