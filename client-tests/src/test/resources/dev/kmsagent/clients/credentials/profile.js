// The AccessKey of a profile, which the SDK also writes to ~/.aliyun/config.json if it can.
const { default: Credential, CLIProfileCredentialsProvider } = require('@alicloud/credentials');

module.exports = new Credential(null, CLIProfileCredentialsProvider.builder().withProfileName('app').build());
