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
 * Decides whether a request is signed by a known key, now, and for the first time; safe for many
 * threads.
 */
public final class SignatureVerifier {
  private static final Duration SKEW = Duration.ofMinutes(15);

  private final AccessKeys keys;
  private final InstantSource clock;
  private final UsedNonces nonces = new UsedNonces(SKEW.multipliedBy(2));

  /** Verifies against these keys at the time of this clock. */
  public SignatureVerifier(AccessKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /** Judges a request; {@code parameters} are those of query and form body together. */
  public Authentication verify(HttpRequest request, Parameters parameters) {
    if (V3Signatures.presentIn(request)) {
      return judge(SignatureScheme.V3, V3Signatures.read(request));
    }
    if (V1Signatures.presentIn(parameters)) {
      return judge(SignatureScheme.V1, V1Signatures.read(request, parameters));
    }
    return new Authentication.Refused(
        SignatureScheme.NONE, "", SignatureErrors.missing("AccessKeyId"));
  }

  private Authentication judge(SignatureScheme scheme, Result<RequestSignature> read) {
    return switch (read) {
      case Result.Refused<RequestSignature>(var error) ->
          new Authentication.Refused(scheme, "", error);
      case Result.Done<RequestSignature>(var claim) ->
          problem(claim)
              .<Authentication>map(
                  error -> new Authentication.Refused(scheme, claim.accessKeyId(), error))
              .orElseGet(() -> new Authentication.Genuine(scheme, claim.accessKeyId()));
    };
  }

  private Optional<ApiError> problem(RequestSignature claim) {
    Optional<AccessKey> known = keys.find(claim.accessKeyId());
    if (known.isEmpty()) {
      return Optional.of(SignatureErrors.unknownKey());
    }
    return clockProblem(claim)
        .or(() -> signatureProblem(claim, known.get()))
        .or(() -> tokenProblem(claim, known.get()))
        .or(() -> replay(claim));
  }

  private Optional<ApiError> clockProblem(RequestSignature claim) {
    try {
      Duration off = Duration.between(Instant.parse(claim.timestamp()), clock.instant()).abs();
      return off.compareTo(SKEW) > 0
          ? Optional.of(SignatureErrors.illegalTimestamp())
          : Optional.empty();
    } catch (DateTimeParseException _) {
      return Optional.of(SignatureErrors.illegalTimestamp());
    }
  }

  private static Optional<ApiError> signatureProblem(RequestSignature claim, AccessKey key) {
    String expected = claim.scheme().sign(key.keySecret(), claim.stringToSign());
    return MessageDigest.isEqual(expected.getBytes(UTF_8), claim.signature().getBytes(UTF_8))
        ? Optional.empty()
        : Optional.of(
            SignatureErrors.wrongSignature("Server string to sign is: " + claim.stringToSign()));
  }

  private Optional<ApiError> tokenProblem(RequestSignature claim, AccessKey key) {
    if (key.token().isEmpty()) {
      return claim.token().map(_ -> SignatureErrors.foreignToken());
    }
    if (claim.token().isEmpty()) {
      return Optional.of(SignatureErrors.unknownKey());
    }
    if (!key.token().get().matches(claim.token().get())) {
      return Optional.of(SignatureErrors.foreignToken());
    }
    return clock.instant().isBefore(key.expires())
        ? Optional.empty()
        : Optional.of(SignatureErrors.expiredToken());
  }

  private Optional<ApiError> replay(RequestSignature claim) {
    String nonce = claim.accessKeyId() + " " + claim.nonce();
    return nonces.use(nonce, clock.instant()) == UsedNonces.Answer.USED
        ? Optional.of(SignatureErrors.usedNonce())
        : Optional.empty();
  }
}
