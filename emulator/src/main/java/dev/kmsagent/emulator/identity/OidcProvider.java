package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The OIDC provider that the account trusts: the platform that issues tokens to its workloads, and
 * what STS knows of it. Safe for many threads.
 */
public final class OidcProvider {
  /** For whom tokens are meant that STS takes. */
  public static final String AUDIENCE = "sts.aliyuncs.com";

  private final String arn;
  private final String issuer;
  private final InstantSource clock;
  private final SigningKey key = new SigningKey();

  /** A provider of this ARN and issuer, with a key of its own, at the time of this clock. */
  public OidcProvider(String arn, String issuer, InstantSource clock) {
    this.arn = arn;
    this.issuer = issuer;
    this.clock = clock;
  }

  /** The ARN under which the account knows it. */
  public String arn() {
    return arn;
  }

  /** The issuer that its tokens name. */
  public String issuer() {
    return issuer;
  }

  /** A token for a service account, good for an hour unless it is changed. */
  public OidcToken tokenFor(String namespace, String serviceAccount) {
    return token("system:serviceaccount:" + namespace + ":" + serviceAccount);
  }

  /** A token for any subject, good for an hour unless it is changed. */
  public OidcToken token(String subject) {
    return OidcToken.good(issuer, subject, clock.instant(), key);
  }

  /** What a token says, if it is one of this provider, for STS, and has not expired. */
  public Result<Claims> verify(String text) {
    return Jwt.parse(text).then(this::verify);
  }

  private Result<Claims> verify(Jwt jwt) {
    if (!jwt.algorithm().equals(SigningKey.ALGORITHM)) {
      return new Result.Refused<>(TokenErrors.unknownAlgorithm(jwt.algorithm()));
    }
    Optional<Claims> claims = jwt.claims();
    if (claims.isEmpty()) {
      return new Result.Refused<>(TokenErrors.unrecognized());
    }
    return problem(jwt, claims.get())
        .<Result<Claims>>map(Result.Refused::new)
        .orElseGet(() -> new Result.Done<>(claims.get()));
  }

  private Optional<ApiError> problem(Jwt jwt, Claims claims) {
    if (!claims.issuer().equals(issuer)) {
      return Optional.of(TokenErrors.otherIssuer());
    }
    if (!jwt.signedBy(key)) {
      return Optional.of(TokenErrors.wrongSignature());
    }
    if (!clock.instant().isBefore(claims.expires())) {
      return Optional.of(TokenErrors.expired());
    }
    return claims.audiences().contains(AUDIENCE)
        ? Optional.empty()
        : Optional.of(TokenErrors.otherAudience());
  }
}
