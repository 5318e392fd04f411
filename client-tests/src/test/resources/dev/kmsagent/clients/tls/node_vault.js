const vault = require('node-vault')({ endpoint: process.env.KMS_URL, token: process.env.TOKEN });

vault.read('secret/data/app').then((app) => console.log(app.data.data.password));
