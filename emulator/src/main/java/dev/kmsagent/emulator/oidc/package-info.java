/**
 * The platform's identities: an OIDC provider that signs tokens of service accounts, as a cluster
 * does, and verifies them, as STS does. Knows {@code protocol}.
 */
@NullMarked
package dev.kmsagent.emulator.oidc;

import org.jspecify.annotations.NullMarked;
