const { get } = require(process.env.KMS_URL.split(':')[0]);
const url = process.env.KMS_URL + '/secretsmanager/get?secretId=app&field=password';

get(url, { headers: { 'X-KMS-Token': process.env.TOKEN } }, (answer) => answer.pipe(process.stdout));
