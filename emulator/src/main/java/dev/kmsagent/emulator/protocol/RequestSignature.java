package dev.kmsagent.emulator.protocol;

import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The signature of a request and what it was computed from, before it is verified. */
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
