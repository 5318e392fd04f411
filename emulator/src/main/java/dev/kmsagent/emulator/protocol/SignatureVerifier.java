package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Verifies that a request is signed by a known key, is recent, and was not sent before; safe for
 * many threads.
 */
public final class SignatureVerifier {
  private static final Duration MAX_SKEW = Duration.ofMinutes(15);

  private final AccessKeys keys;
  private final InstantSource clock;
  private final InstantSource dates;
  private final UsedNonces nonces = new UsedNonces(MAX_SKEW.multipliedBy(2));

  /**
   * Verifies against these keys.
   *
   * @param clock the clock that keys end by
   * @param dates the clock that requests must be dated by
   */
  public SignatureVerifier(AccessKeys keys, InstantSource clock, InstantSource dates) {
    this.keys = keys;
    this.clock = clock;
    this.dates = dates;
  }

  /** Verifies a request; {@code parameters} are those of query and form body together. */
  public Authentication verify(HttpRequest request, Parameters parameters) {
    if (V3Signatures.presentIn(request)) {
      return verify(SignatureScheme.V3, () -> V3Signatures.read(request));
    }
    if (V1Signatures.presentIn(parameters)) {
      return verify(SignatureScheme.V1, () -> V1Signatures.read(request, parameters));
    }
    var missing = ApiErrors.missing("AccessKeyId");
    return new Authentication(SignatureScheme.NONE, "", Optional.of(missing));
  }

  private Authentication verify(SignatureScheme scheme, Supplier<RequestSignature> reader) {
    String accessKeyId = "";
    try {
      RequestSignature signature = reader.get();
      accessKeyId = signature.accessKeyId();
      verify(signature);
      return new Authentication(scheme, accessKeyId, Optional.empty());
    } catch (ApiException refused) {
      return new Authentication(scheme, accessKeyId, Optional.of(refused.error()));
    }
  }

  private void verify(RequestSignature signature) {
    AccessKey key =
        keys.find(signature.accessKeyId())
            .filter(it -> !it.isDeletedAt(clock.instant()))
            .orElseThrow(ApiErrors.UNKNOWN_KEY::exception);
    ApiErrors.ILLEGAL_TIMESTAMP.unless(isRecent(signature.timestamp()));
    String expected = signature.scheme().sign(key.keySecret(), signature.stringToSign());
    ApiErrors.wrongSignature(signature)
        .unless(
            MessageDigest.isEqual(expected.getBytes(UTF_8), signature.signature().getBytes(UTF_8)));
    verifyToken(signature, key);
    String nonce = signature.accessKeyId() + " " + signature.nonce();
    ApiErrors.USED_NONCE.unless(nonces.use(nonce, dates.instant()) == UsedNonces.Use.FIRST);
  }

  private boolean isRecent(String timestamp) {
    try {
      Instant signed = Instant.parse(timestamp);
      return Duration.between(signed, dates.instant()).abs().compareTo(MAX_SKEW) <= 0;
    } catch (DateTimeParseException _) {
      return false;
    }
  }

  private void verifyToken(RequestSignature signature, AccessKey key) {
    if (key.token().isEmpty()) {
      ApiErrors.FOREIGN_TOKEN.unless(signature.token().isEmpty());
      return;
    }
    SessionToken token = signature.token().orElseThrow(ApiErrors.UNKNOWN_KEY::exception);
    ApiErrors.FOREIGN_TOKEN.unless(key.token().get().matches(token));
    ApiErrors.EXPIRED_TOKEN.unless(clock.instant().isBefore(key.expires()));
  }
}
