package dev.kmsagent.adapters.kms.pods;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.kmsagent.adapters.kms.transport.BoundedRead;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * The keys of a cluster, as it publishes them: a JWK set (RFC 7517), which the discovery document
 * of its issuer names (OpenID Connect Discovery 1.0) unless the configuration does. Thread-safe.
 */
final class JwksSource {
  private static final int OK = 200;

  private final PodIdentity config;
  private final CloudConnection connection;
  private final Optional<BoundedRead<Optional<String>>> ownToken;

  JwksSource(PodIdentity config, CloudConnection connection) {
    this.config = config;
    this.connection = connection;
    this.ownToken = config.jwksTokenFile().map(connection::token);
  }

  /** The outcome of fetching the keys. */
  sealed interface Fetched {
    /**
     * At least one key; each verifies signatures of the algorithms that it is made for.
     *
     * @param text the JWK set
     */
    record Keys(Map<String, RememberingVerifier> byId, String text) implements Fetched {
      public Keys {
        byId = Map.copyOf(byId);
      }
    }

    /** There are none; {@code detail} is a sentence for people. */
    record Failed(String detail) implements Fetched {}
  }

  /** Fetches the keys; blocks, within time limits of its own. */
  Fetched fetch() {
    return config.jwksUri().map(this::fetchWithToken).orElseGet(this::discover);
  }

  private Fetched fetchWithToken(URI jwks) {
    var request = HttpRequest.newBuilder(jwks);
    if (ownToken.isPresent()) {
      var text = ownToken.get().get().flatMap(read -> read).filter(it -> it.matches("[!-~]+"));
      if (text.isEmpty()) {
        return failed("The agent's own token cannot be read from KMS.PodIdentity.JwksTokenFile.");
      }
      request.header("Authorization", "Bearer " + text.get());
    }
    return get(request.build(), JwksSource::keys);
  }

  private Fetched discover() {
    var base = config.issuer().toString().replaceFirst("/$", "");
    var document = URI.create(base + "/.well-known/openid-configuration");
    return get(
        HttpRequest.newBuilder(document).build(),
        body ->
            jwksUri(body)
                .map(jwks -> get(HttpRequest.newBuilder(jwks).build(), JwksSource::keys))
                .orElseGet(
                    () ->
                        failed(
                            "The discovery document of KMS.PodIdentity.Issuer is of another"
                                + " issuer, or names no jwks_uri with https://.")));
  }

  private Optional<URI> jwksUri(byte[] document) {
    return StrictJson.object(document)
        .filter(
            json ->
                StrictJson.string(json, "issuer")
                    .filter(config.issuer().toString()::equals)
                    .isPresent())
        .flatMap(json -> StrictJson.string(json, "jwks_uri"))
        .filter(text -> text.matches("https?://[!-~]+"))
        .map(URI::create)
        .filter(PodIdentity::isProtected);
  }

  private Fetched get(HttpRequest request, Function<byte[], Fetched> read) {
    var host = request.uri().getAuthority();
    try {
      var answer = connection.send(request);
      return answer.statusCode() == OK
          ? read.apply(answer.body())
          : failed(host + " answered with HTTP status " + answer.statusCode() + ".");
    } catch (CancellationException | CompletionException unanswered) {
      var detail = TransportFailure.classify(unanswered, host).detail();
      return failed(
          detail
              .replace("KMS.CaFile", "KMS.PodIdentity.JwksCaFile")
              .replace(TransportFailure.HOST_SETTINGS, "KMS.PodIdentity.JwksUri and .Issuer"));
    }
  }

  /** Reads a JWK set. */
  static Fetched keys(byte[] body) {
    var text = new String(body, StandardCharsets.UTF_8);
    var byId = new HashMap<String, RememberingVerifier>();
    try {
      for (var key : JWKSet.parse(text).getKeys()) {
        if (key.getKeyID() != null && !KeyUse.ENCRYPTION.equals(key.getKeyUse())) {
          verifier(key).ifPresent(it -> byId.put(key.getKeyID(), new RememberingVerifier(it)));
        }
      }
    } catch (ParseException | RuntimeException malformed) {
      return failed("What answered is no JWK set.");
    }
    return byId.isEmpty()
        ? failed("The JWK set has no key to verify tokens with.")
        : new Fetched.Keys(byId, text);
  }

  private static Optional<JWSVerifier> verifier(JWK key) {
    try {
      return switch (key) {
        case RSAKey rsa -> Optional.of(new RSASSAVerifier(rsa));
        case ECKey ec -> Optional.of(new ECDSAVerifier(ec));
        default -> Optional.empty();
      };
    } catch (JOSEException unsupported) {
      return Optional.empty();
    }
  }

  private static Fetched failed(String detail) {
    return new Fetched.Failed(detail);
  }
}
