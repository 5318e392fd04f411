/**
 * The credentials that sign calls of KMS. A credential type is one implementation of {@link
 * CredentialType}, registered in {@link CredentialTypes}; {@link RefreshingCredentials} keeps the
 * key of an issuer fresh. Depends on the connections, the domain, the records of the configuration,
 * the SDK's credential type, credentials-java and Gson.
 */
@NullMarked
package dev.kmsagent.adapters.kms.credentials;

import org.jspecify.annotations.NullMarked;
