package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.http.HttpRequest;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Optional;

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
      return verify(SignatureScheme.V3, V3Signatures.read(request));
    }
    if (V1Signatures.presentIn(parameters)) {
      return verify(SignatureScheme.V1, V1Signatures.read(request, parameters));
    }
    return new Authentication.Refused(SignatureScheme.NONE, "", ApiErrors.missing("AccessKeyId"));
  }

  private Authentication verify(SignatureScheme scheme, Result<RequestSignature> read) {
    return switch (read) {
      case Result.Refused<RequestSignature>(var error) ->
          new Authentication.Refused(scheme, "", error);
      case Result.Done<RequestSignature>(var signature) ->
          problem(signature)
              .<Authentication>map(
                  error -> new Authentication.Refused(scheme, signature.accessKeyId(), error))
              .orElseGet(() -> new Authentication.Accepted(scheme, signature.accessKeyId()));
    };
  }

  private Optional<ApiError> problem(RequestSignature signature) {
    Optional<AccessKey> known = keys.find(signature.accessKeyId());
    if (known.isEmpty()) {
      return Optional.of(ApiErrors.UNKNOWN_KEY);
    }
    return timestampProblem(signature)
        .or(() -> signatureProblem(signature, known.get()))
        .or(() -> tokenProblem(signature, known.get()))
        .or(() -> nonceProblem(signature));
  }

  private Optional<ApiError> timestampProblem(RequestSignature signature) {
    try {
      Instant signed = Instant.parse(signature.timestamp());
      return Duration.between(signed, dates.instant()).abs().compareTo(MAX_SKEW) > 0
          ? Optional.of(ApiErrors.ILLEGAL_TIMESTAMP)
          : Optional.empty();
    } catch (DateTimeParseException _) {
      return Optional.of(ApiErrors.ILLEGAL_TIMESTAMP);
    }
  }

  private static Optional<ApiError> signatureProblem(RequestSignature signature, AccessKey key) {
    String expected = signature.scheme().sign(key.keySecret(), signature.stringToSign());
    return MessageDigest.isEqual(expected.getBytes(UTF_8), signature.signature().getBytes(UTF_8))
        ? Optional.empty()
        : Optional.of(ApiErrors.wrongSignature(signature));
  }

  private Optional<ApiError> tokenProblem(RequestSignature signature, AccessKey key) {
    if (key.token().isEmpty()) {
      return signature.token().map(_ -> ApiErrors.FOREIGN_TOKEN);
    }
    if (signature.token().isEmpty()) {
      return Optional.of(ApiErrors.UNKNOWN_KEY);
    }
    if (!key.token().get().matches(signature.token().get())) {
      return Optional.of(ApiErrors.FOREIGN_TOKEN);
    }
    return clock.instant().isBefore(key.expires())
        ? Optional.empty()
        : Optional.of(ApiErrors.EXPIRED_TOKEN);
  }

  private Optional<ApiError> nonceProblem(RequestSignature signature) {
    String nonce = signature.accessKeyId() + " " + signature.nonce();
    return nonces.use(nonce, dates.instant()) == UsedNonces.Use.REPEATED
        ? Optional.of(ApiErrors.USED_NONCE)
        : Optional.empty();
  }
}
