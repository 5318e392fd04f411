package dev.kmsagent.emulator.protocol;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a request says of its sender, before anything of it is believed. */
record RequestSignature(
    SignatureScheme scheme,
    String accessKeyId,
    @Nullable SessionToken sessionToken,
    String timestamp,
    String nonce,
    String signature,
    String stringToSign) {

  Optional<SessionToken> token() {
    return Optional.ofNullable(sessionToken);
  }
}
