const url = process.env.KMS_URL + '/secretsmanager/get?secretId=app&field=password';

fetch(url, { headers: { 'X-KMS-Token': process.env.TOKEN } })
  .then((answer) => answer.text())
  .then(console.log);
