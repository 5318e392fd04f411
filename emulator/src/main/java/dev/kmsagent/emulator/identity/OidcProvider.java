package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The OIDC provider of the account: issues tokens to workloads, as a cluster does, and verifies
 * them, as STS does. Safe for many threads.
 */
public final class OidcProvider {
  /** The audience of tokens for STS. */
  public static final String AUDIENCE = "sts.aliyuncs.com";

  private static final String ISSUER = "https://oidc.emulated.example/cluster";
  private static final Duration DEFAULT_LIFETIME = Duration.ofHours(1);

  private final String arn;
  private final InstantSource clock;
  private final ProviderKey key = new ProviderKey();

  /** The provider of this account, with a key of its own, at the time of this clock. */
  public OidcProvider(Account account, InstantSource clock) {
    this.arn = account.providerArn("emulated");
    this.clock = clock;
  }

  /** Its ARN in the account. */
  public String arn() {
    return arn;
  }

  /** The issuer that its tokens name. */
  public String issuer() {
    return ISSUER;
  }

  /** A token for a service account, valid for an hour unless it is changed. */
  public IssuedToken tokenFor(String namespace, String serviceAccount) {
    return token("system:serviceaccount:" + namespace + ":" + serviceAccount);
  }

  /** A token for any subject, valid for an hour unless it is changed. */
  public IssuedToken token(String subject) {
    Instant issued = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant expires = issued.plus(DEFAULT_LIFETIME);
    return new IssuedToken(new Claims(ISSUER, subject, List.of(AUDIENCE), issued, expires), key);
  }

  /** The claims of a token, if it is by this provider, for STS, and has not expired. */
  public Result<Claims> verify(String text) {
    return Jwt.parse(text).then(this::verify);
  }

  private Result<Claims> verify(Jwt jwt) {
    if (!jwt.algorithm().equals(ProviderKey.ALGORITHM)) {
      return Result.refused(IdentityErrors.tokenAlgorithm(jwt.algorithm()));
    }
    return Result.of(jwt.claims(), IdentityErrors.TOKEN_CONTENT)
        .filter(claims -> claims.issuer().equals(ISSUER), IdentityErrors.TOKEN_ISSUER)
        .filter(_ -> jwt.isSignedBy(key), IdentityErrors.TOKEN_SIGNATURE)
        .filter(claims -> clock.instant().isBefore(claims.expires()), IdentityErrors.TOKEN_EXPIRED)
        .filter(claims -> claims.audiences().contains(AUDIENCE), IdentityErrors.TOKEN_AUDIENCE);
  }
}
