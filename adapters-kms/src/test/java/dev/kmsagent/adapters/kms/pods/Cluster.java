package dev.kmsagent.adapters.kms.pods;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.kmsagent.adapters.kms.pods.JwksSource.Fetched;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A cluster that signs tokens, with keys of its own, and an attacker's keys of the same names. */
final class Cluster {
  static final String ISSUER = "https://oidc.example.com/c1";
  static final RSAKey RSA = rsa("rsa-1");
  static final RSAKey FORGED_RSA = rsa("rsa-1");
  static final ECKey EC = ec("ec-1", Curve.P_256);
  static final ECKey FORGED_EC = ec("ec-1", Curve.P_256);
  static final ECKey EC_384 = ec("ec-384", Curve.P_384);
  static final ECKey EC_521 = ec("ec-521", Curve.P_521);

  /** The seconds since the epoch at which virtual time begins. */
  static final long START = VirtualTime.START.getEpochSecond();

  private Cluster() {}

  static RSAKey rsa(String id) {
    return Unchecked.get(() -> new RSAKeyGenerator(2048).keyID(id).generate());
  }

  static ECKey ec(String id, Curve curve) {
    return Unchecked.get(() -> new ECKeyGenerator(curve).keyID(id).generate());
  }

  /** The JWK set of these keys, as it is fetched. */
  static Fetched published(JWK... keys) {
    var json = new JWKSet(Arrays.asList(keys)).toPublicJWKSet().toString();
    return JwksSource.keys(json.getBytes(StandardCharsets.UTF_8));
  }

  /** What the agent is configured with. */
  static CredentialSource.PodIdentity config(Optional<String> nodeName) {
    return new CredentialSource.PodIdentity(
        URI.create(ISSUER),
        "sts.aliyuncs.com",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of("1"),
        nodeName,
        100,
        "acs:ram::1:oidc-provider/p",
        Optional.empty(),
        new Endpoint(Endpoint.Protocol.HTTPS, "sts.example.com", 443),
        Duration.ofHours(1));
  }

  /** A verifier with these keys of the cluster. */
  static JwtPodTokenVerifier verifier(VirtualTime time, Optional<String> nodeName, JWK... keys) {
    var published =
        new ClusterKeys(
            () -> published(keys), Runnable::run, time.timing(), _ -> {}, DurableRecord.NONE);
    published.start();
    return new JwtPodTokenVerifier(config(nodeName), published, Clocks.of(time));
  }

  /** The claims of a token as Kubernetes makes it, for an hour from the start. */
  static String claims() {
    return """
        {"aud":["sts.aliyuncs.com"],"exp":%d,"iat":%d,"iss":"%s","jti":"a",
        "kubernetes.io":{"namespace":"shop","node":{"name":"node-1","uid":"b"},
        "pod":{"name":"web-7d","uid":"c"},"serviceaccount":{"name":"web","uid":"d"}},
        "nbf":%d,"sub":"system:serviceaccount:shop:web"}\
        """
        .formatted(START + 3600, START, ISSUER, START);
  }

  /** A token with these claims, signed with the first key. */
  static ConfidentialText token(String claims) {
    return token(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa-1").build(), claims, RSA);
  }

  static ConfidentialText token(JWSHeader header, String claims, JWK key) {
    try {
      var token = new JWSObject(header, new Payload(claims));
      token.sign(signer(key));
      return new ConfidentialText(token.serialize());
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static JWSSigner signer(JWK key) throws JOSEException {
    return key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
  }
}
