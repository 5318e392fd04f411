/**
 * As whom KMS is called: where credentials come from, and what it means when there are none. A type
 * of credentials is one implementation of {@code CredentialsProvider}. Depends on the domain, the
 * SDK's credential type, credentials-java and the reader of JSON.
 */
@NullMarked
package dev.kmsagent.adapters.kms.credentials;

import org.jspecify.annotations.NullMarked;
