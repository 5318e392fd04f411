// The AccessKey that the command prints. Nothing is written to a file, and the command runs once at a time.
const Credential = require('@alicloud/credentials').default;
const External = require('@alicloud/credentials/dist/src/providers/external').default;

const external = External.builder().withProcessCommand('alibabacloud-kms-agent credentials app/ram').build();
let running;
const once = () => running ??= external.getCredentials().finally(() => running = undefined);

module.exports = new Credential(null, { getCredentials: once, getProviderName: () => 'kms_agent' });
