// Logs in with a pod's token by node-vault.
const { readFileSync } = require('node:fs');
const client = require('node-vault');

const jwt = readFileSync(process.env.TOKEN_FILE, 'utf8');
// Without it the request goes to auth//login.
const mount_point = 'kubernetes';
const vault = client({ endpoint: process.env.VAULT_ADDR, token: 'none' });

const calls = [
  ["await vault.read('secret/data/app')", 'Status 403'],
  ["(await vault.kubernetesLogin({ mount_point, role: 'kms.shop.orders', jwt })).auth.renewable", true],
  ["(await vault.read('secret/data/app')).data.data", { user: 'app', password: 'second' }],
  ["await vault.read('secret/data/missing')", 'Status 404'],
  ["(await vault.tokenLookupSelf()).data.ttl <= 3660", true],
  ["(await vault.tokenRenewSelf()).auth.lease_duration <= 3660", true],
  ["await vault.kubernetesLogin({ mount_point, role: 'kms.shop.billing', jwt })", 'Status 403'],
  ["await vault.kubernetesLogin({ mount_point, role: 'kms.shop.orders', jwt: jwt.slice(0, -9) + 'forged000' })", 'Status 403'],
  ["(await vault.read('secret/data/app')).data.data.password", 'second'],
];

require('./calls.js')(calls, (call) => eval(call));
