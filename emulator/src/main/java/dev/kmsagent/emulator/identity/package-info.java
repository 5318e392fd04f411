/**
 * Identities of the account: roles, temporary keys, the OIDC provider, and the two services that
 * issue keys, STS and the metadata of an ECS instance. Depends on {@code gateway}, {@code http} and
 * {@code protocol}.
 */
@NullMarked
package dev.kmsagent.emulator.identity;

import org.jspecify.annotations.NullMarked;
