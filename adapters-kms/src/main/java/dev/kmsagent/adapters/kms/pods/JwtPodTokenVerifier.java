package dev.kmsagent.adapters.kms.pods;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.out.VerifyPodToken;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.time.Clocks;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the projected tokens of service accounts as Kubernetes signs them (RFC 7519, and RFC
 * 8725 for what is not accepted). Nothing of a token is used before its signature was verified, but
 * the names of its algorithm and key, and its subject for the limit on wrong ones. The library
 * throws other exceptions than it declares, for example where the header is {@code null}.
 * Thread-safe.
 */
record JwtPodTokenVerifier(CredentialSource.PodIdentity config, ClusterKeys keys, Clocks clocks)
    implements VerifyPodToken {
  /** Several times what a cluster signs, and as much as a login takes. */
  private static final int MAX_TOKEN = 4096;

  /** The library skips what is no base64url, which makes many tokens of one. */
  private static final Pattern COMPACT = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]+");

  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512);

  /** All else could say where a key is, or how the token is to be understood. */
  private static final Set<String> HEADER = Set.of("alg", "kid", "typ");

  /** How far the clocks of the cluster and of this machine may be apart. */
  private static final Duration SKEW = Duration.ofSeconds(60);

  @Override
  public Optional<UnverifiedToken> parse(ConfidentialText token) {
    var compact = token.reveal();
    if (compact.length() > MAX_TOKEN || !COMPACT.matcher(compact).matches()) {
      return Optional.empty();
    }
    try {
      var jwt = SignedJWT.parse(compact);
      return isAccepted(jwt.getHeader()) ? claim(token, jwt) : Optional.empty();
    } catch (ParseException | RuntimeException malformed) {
      return Optional.empty();
    }
  }

  private Optional<UnverifiedToken> claim(ConfidentialText token, SignedJWT jwt)
      throws ParseException {
    var claims = jwt.getJWTClaimsSet();
    return Optional.ofNullable(claims.getSubject())
        .flatMap(Subject::of)
        .map(subject -> new Unverified(this, new Claim(token, subject, claims), jwt));
  }

  /** What a token says. */
  private record Claim(ConfidentialText token, Subject subject, JWTClaimsSet claims) {}

  private record Unverified(JwtPodTokenVerifier verifier, Claim claim, SignedJWT jwt)
      implements UnverifiedToken {
    @Override
    public Subject claimed() {
      return claim.subject();
    }

    @Override
    public boolean wasVerified() {
      return verifier.keys.hasVerified(jwt.getHeader().getKeyID(), claim.token());
    }

    @Override
    public CompletionStage<TokenVerdict> verify() {
      return verifier.keys.verify(jwt.getHeader().getKeyID(), this::verify);
    }

    private TokenVerdict verify(RememberingVerifier key) {
      try {
        return key.verify(jwt.getHeader(), jwt.getSigningInput(), jwt.getSignature())
            ? verifier.judge(claim)
            : new TokenVerdict.Rejected("The token is not signed with the key that it names.");
      } catch (JOSEException | ParseException | RuntimeException malformed) {
        return new TokenVerdict.Rejected("The token or its claims are malformed.");
      }
    }
  }

  private static boolean isAccepted(JWSHeader header) {
    return header.getKeyID() != null
        && ALGORITHMS.contains(header.getAlgorithm())
        && HEADER.containsAll(header.getIncludedParams());
  }

  private TokenVerdict judge(Claim claim) throws ParseException {
    var claims = claim.claims();
    var kubernetes =
        Optional.ofNullable(claims.getJSONObjectClaim("kubernetes.io")).orElse(Map.of());
    var flaw = flaw(claims, nameOf("node", kubernetes));
    if (flaw.isPresent()) {
      return new TokenVerdict.Rejected("The token " + flaw.get() + ".");
    }
    var pod = nameOf("pod", kubernetes).orElse("");
    var expiry = clocks.toAgent(instant(claims.getExpirationTime()));
    return new TokenVerdict.Verified(
        new VerifiedPod(claim.token(), claim.subject(), pod, expiry, expiry.plus(SKEW)));
  }

  private static Optional<String> nameOf(String object, Map<String, Object> kubernetes)
      throws ParseException {
    var found = JSONObjectUtils.getJSONObject(kubernetes, object);
    return Optional.ofNullable(found == null ? null : JSONObjectUtils.getString(found, "name"));
  }

  /** What is wrong with the claims, if something is. */
  private Optional<String> flaw(JWTClaimsSet claims, Optional<String> node) {
    var now = clocks.wall().instant();
    var soon = now.plus(SKEW);
    return Stream.of(
            new Rule(config.issuer().toString().equals(claims.getIssuer()), "is of another issuer"),
            new Rule(claims.getAudience().contains(config.audience()), "is for another audience"),
            new Rule(claims.getExpirationTime() != null, "has no expiry"),
            new Rule(now.isBefore(instant(claims.getExpirationTime()).plus(SKEW)), "has expired"),
            new Rule(
                !soon.isBefore(instant(claims.getNotBeforeTime()))
                    && !soon.isBefore(instant(claims.getIssueTime())),
                "is not valid yet"),
            new Rule(
                node.isEmpty() || config.nodeName().orElse(node.get()).equals(node.get()),
                "is of a pod on another node"))
        .filter(rule -> !rule.holds())
        .findFirst()
        .map(Rule::otherwise);
  }

  private static Instant instant(@Nullable Date date) {
    return date == null ? Instant.EPOCH : date.toInstant();
  }

  /** What has to hold, and what is wrong with a token otherwise. */
  private record Rule(boolean holds, String otherwise) {}
}
