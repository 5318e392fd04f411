/**
 * STS as an API behind a gateway: exchanges a platform's token for a temporary key. Knows {@code
 * gateway}, {@code oidc} and {@code roles}.
 */
@NullMarked
package dev.kmsagent.emulator.sts;

import org.jspecify.annotations.NullMarked;
