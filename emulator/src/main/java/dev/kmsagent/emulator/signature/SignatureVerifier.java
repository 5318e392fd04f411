package dev.kmsagent.emulator.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
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
  private final NonceMemory nonces = new NonceMemory(SKEW.multipliedBy(2));

  /** Verifies against these keys at the time of this clock. */
  public SignatureVerifier(AccessKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /** Judges a request; {@code parameters} are those of query and form body together. */
  public Verdict verify(HttpRequest request, Parameters parameters) {
    if (V3Claims.presentIn(request)) {
      return judge(SignatureScheme.V3, V3Claims.read(request));
    }
    if (V1Claims.presentIn(parameters)) {
      return judge(SignatureScheme.V1, V1Claims.read(request, parameters));
    }
    return new Verdict.Refused(SignatureScheme.NONE, "", Refusals.missing("AccessKeyId"));
  }

  private Verdict judge(SignatureScheme scheme, Result<Claim> read) {
    return switch (read) {
      case Result.Refused<Claim>(var error) -> new Verdict.Refused(scheme, "", error);
      case Result.Done<Claim>(var claim) ->
          problem(claim)
              .<Verdict>map(error -> new Verdict.Refused(scheme, claim.accessKeyId(), error))
              .orElseGet(() -> new Verdict.Genuine(scheme, claim.accessKeyId()));
    };
  }

  private Optional<ApiError> problem(Claim claim) {
    Optional<AccessKey> known = keys.find(claim.accessKeyId());
    if (known.isEmpty()) {
      return Optional.of(Refusals.unknownKey());
    }
    return clockProblem(claim)
        .or(() -> signatureProblem(claim, known.get()))
        .or(() -> tokenProblem(claim, known.get()))
        .or(() -> replay(claim));
  }

  private Optional<ApiError> clockProblem(Claim claim) {
    try {
      Duration off = Duration.between(Instant.parse(claim.timestamp()), clock.instant()).abs();
      return off.compareTo(SKEW) > 0 ? Optional.of(Refusals.illegalTimestamp()) : Optional.empty();
    } catch (DateTimeParseException _) {
      return Optional.of(Refusals.illegalTimestamp());
    }
  }

  private static Optional<ApiError> signatureProblem(Claim claim, AccessKey key) {
    String expected = claim.scheme().sign(key.keySecret(), claim.stringToSign());
    return MessageDigest.isEqual(expected.getBytes(UTF_8), claim.signature().getBytes(UTF_8))
        ? Optional.empty()
        : Optional.of(Refusals.wrongSignature("Server string to sign is: " + claim.stringToSign()));
  }

  private Optional<ApiError> tokenProblem(Claim claim, AccessKey key) {
    if (key.token().isEmpty()) {
      return claim.token().map(_ -> Refusals.foreignToken());
    }
    if (claim.token().isEmpty()) {
      return Optional.of(Refusals.unknownKey());
    }
    if (!key.token().get().matches(claim.token().get())) {
      return Optional.of(Refusals.foreignToken());
    }
    return clock.instant().isBefore(key.expires())
        ? Optional.empty()
        : Optional.of(Refusals.expiredToken());
  }

  private Optional<ApiError> replay(Claim claim) {
    String nonce = claim.accessKeyId() + " " + claim.nonce();
    return nonces.use(nonce, clock.instant()) == NonceMemory.Answer.USED
        ? Optional.of(Refusals.usedNonce())
        : Optional.empty();
  }
}
