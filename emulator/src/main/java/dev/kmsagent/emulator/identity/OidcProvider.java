package dev.kmsagent.emulator.identity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

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
  private final List<ProviderKey> keys = new CopyOnWriteArrayList<>();
  private volatile String issuer = ISSUER;
  private volatile Cluster cluster = new Cluster("", List.of());

  /** A cluster that signs tokens of its own, by its issuer and its public keys. */
  public record Cluster(String issuer, List<ProviderKey> keys) {
    public Cluster {
      keys = List.copyOf(keys);
    }

    /**
     * Reads its keys.
     *
     * @param jwks a JWK set (RFC 7517); those of RSA count, with which clusters sign
     * @throws IllegalArgumentException when it holds none
     */
    public static Cluster of(String issuer, String jwks) {
      try {
        var set = JsonParser.parseString(jwks).getAsJsonObject().getAsJsonArray("keys");
        var keys = set.asList().stream().map(JsonElement::getAsJsonObject);
        var known = keys.filter(ProviderKey::isOfRsa).map(ProviderKey::published).toList();
        if (!known.isEmpty()) {
          return new Cluster(issuer, known);
        }
      } catch (RuntimeException _) {
        // It is something else.
      }
      throw new IllegalArgumentException("no set of RSA keys (JWKS) with kid, n and e");
    }
  }

  /** The provider of this account, with a key of its own, at the time of this clock. */
  public OidcProvider(Account account, InstantSource clock) {
    this.arn = account.providerArn("emulated");
    this.clock = clock;
    rotate("ES256");
  }

  /**
   * Signs tokens with a new key from now on; those of the keys before stay valid.
   *
   * @param algorithm ES256 or RS256
   */
  public void rotate(String algorithm) {
    keys.addFirst(new ProviderKey("key-" + keys.size(), ProviderKey.Algorithm.valueOf(algorithm)));
  }

  /** The tokens of this cluster are accepted as well. */
  public void trust(Cluster other) {
    cluster = other;
  }

  /** The provider's issuer is at this URL from now on. */
  public void publishAt(String url) {
    issuer = url;
  }

  /** Its public keys as a JWK set (RFC 7517). */
  public String jwks() {
    var all = new JsonArray();
    keys.forEach(key -> all.add(key.jwk()));
    var json = new JsonObject();
    json.add("keys", all);
    return json.toString();
  }

  /** Its ARN in the account. */
  public String arn() {
    return arn;
  }

  /** The issuer that its tokens name. */
  public String issuer() {
    return issuer;
  }

  /** A token for a service account, valid for an hour unless it is changed. */
  public IssuedToken tokenFor(String namespace, String serviceAccount) {
    return token("system:serviceaccount:" + namespace + ":" + serviceAccount);
  }

  /** A token for any subject, valid for an hour unless it is changed. */
  public IssuedToken token(String subject) {
    Instant issued = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant expires = issued.plus(DEFAULT_LIFETIME);
    return new IssuedToken(
        new Claims(issuer, subject, List.of(AUDIENCE), issued, expires, Map.of()), keys.getFirst());
  }

  /**
   * The claims of a token.
   *
   * @throws ApiException unless it is by this provider, for STS, and has not expired
   */
  public Claims verify(String text) {
    Jwt jwt = Jwt.parse(text);
    Claims claims = jwt.claims().orElseThrow(IdentityErrors.TOKEN_CONTENT::exception);
    var known = claims.issuer().equals(cluster.issuer()) ? cluster.keys() : keys;
    IdentityErrors.tokenAlgorithm(jwt.algorithm())
        .unless(known.stream().anyMatch(key -> jwt.algorithm().equals(key.algorithm().name())));
    IdentityErrors.TOKEN_ISSUER.unless(List.of(issuer, cluster.issuer()).contains(claims.issuer()));
    IdentityErrors.TOKEN_SIGNATURE.unless(isSigned(jwt, known));
    IdentityErrors.TOKEN_EXPIRED.unless(clock.instant().isBefore(claims.expires()));
    IdentityErrors.TOKEN_AUDIENCE.unless(claims.audiences().contains(AUDIENCE));
    return claims;
  }

  private static boolean isSigned(Jwt jwt, List<ProviderKey> known) {
    return known.stream()
        .filter(
            key -> key.id().equals(jwt.keyId()) && key.algorithm().name().equals(jwt.algorithm()))
        .anyMatch(jwt::isSignedBy);
  }
}
