package dev.kmsagent.adapters.kms.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Rejected;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Verified;
import dev.kmsagent.testkit.VirtualTime;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JwtPodTokenVerifierTest {
  private final VirtualTime time = new VirtualTime();
  private final JwtPodTokenVerifier verifier = verifier(Optional.of("node-1"));

  private JwtPodTokenVerifier verifier(Optional<String> nodeName) {
    return Cluster.verifier(
        time, nodeName, Cluster.RSA, Cluster.EC, Cluster.EC_384, Cluster.EC_521);
  }

  private TokenVerdict verify(ConfidentialText token) {
    return verify(verifier, token);
  }

  /** The verdict, which is there on return. */
  private static TokenVerdict verify(JwtPodTokenVerifier verifier, ConfidentialText token) {
    var parsed = verifier.parse(token);
    if (parsed.isEmpty()) {
      return TokenVerdict.MALFORMED;
    }
    var stage = parsed.get().verify().toCompletableFuture();
    assertThat(stage).isCompleted();
    return stage.join();
  }

  private void assertRejected(ConfidentialText token, String why) {
    assertThat(verify(token))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> assertThat(rejected.detail()).contains(why).doesNotContain("eyJ"));
  }

  private static JWSHeader.Builder header(JWSAlgorithm algorithm, String id) {
    return new JWSHeader.Builder(algorithm).keyID(id);
  }

  @Nested
  final class AToken {
    @Test
    void of_the_cluster_says_which_pod_sent_it() {
      var token = Cluster.token(Cluster.claims());
      assertThat(verify(token))
          .isEqualTo(
              new Verified(
                  new VerifiedPod(
                      token,
                      new Subject("shop", "web"),
                      "web-7d",
                      VirtualTime.START.plusSeconds(3600),
                      VirtualTime.START.plusSeconds(3600 + 60))));
    }

    @Test
    void says_whether_it_was_verified() {
      var token = Cluster.token(Cluster.claims());
      var other = new ConfidentialText(token.reveal() + "A");
      assertThat(verifier.parse(token).orElseThrow().wasVerified()).isFalse();
      verify(token);
      verify(other);
      assertThat(verifier.parse(token).orElseThrow().wasVerified()).isTrue();
      assertThat(verifier.parse(other).orElseThrow().wasVerified()).isFalse();
    }

    static Stream<Arguments> keys() {
      return Stream.of(
          Arguments.of(JWSAlgorithm.RS256, Cluster.RSA),
          Arguments.of(JWSAlgorithm.ES256, Cluster.EC),
          Arguments.of(JWSAlgorithm.ES384, Cluster.EC_384),
          Arguments.of(JWSAlgorithm.ES512, Cluster.EC_521));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void may_be_signed_with_each_algorithm_of_kubernetes(JWSAlgorithm algorithm, JWK key) {
      var header = header(algorithm, key.getKeyID()).build();
      assertThat(verify(Cluster.token(header, Cluster.claims(), key))).isInstanceOf(Verified.class);
    }

    @Test
    void may_have_one_audience_as_text_and_name_no_node_and_no_pod() {
      var claims =
          Cluster.claims()
              .replace("[\"sts.aliyuncs.com\"]", "\"sts.aliyuncs.com\"")
              .replaceFirst("(?s)\"node\".*\"c\"\\},", "");
      assertThat(verify(Cluster.token(claims)))
          .isInstanceOfSatisfying(
              Verified.class, verified -> assertThat(verified.identity().pod()).isEmpty());
    }

    @Test
    void of_any_node_is_accepted_where_none_is_configured() {
      var claims = Cluster.claims().replace("node-1", "node-2");
      assertThat(verify(verifier(Optional.empty()), Cluster.token(claims)))
          .isInstanceOf(Verified.class);
    }
  }

  @Nested
  final class ItsTime {
    @Test
    void ends_a_minute_after_its_expiry_and_not_sooner() {
      var token = Cluster.token(Cluster.claims());
      time.advance(Duration.ofMinutes(61).minusNanos(1));
      assertThat(verify(token)).isInstanceOf(Verified.class);
      time.advance(Duration.ofNanos(1));
      assertRejected(token, "has expired");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nbf", "iat"})
    void begins_a_minute_before_the_clock_of_the_cluster_says_so(String claim) {
      assertThat(verify(Cluster.token(in(claim, 60)))).isInstanceOf(Verified.class);
      assertRejected(Cluster.token(in(claim, 61)), "is not valid yet");
    }

    private static String in(String claim, long seconds) {
      return Cluster.claims()
          .replaceFirst("\"" + claim + "\":\\d+", "\"" + claim + "\":" + (Cluster.START + seconds));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://oidc.example.com/c1, https://oidc.example.com/c2, another issuer",
    "https://oidc.example.com/c1, https://oidc.example.com/c1/, another issuer",
    "'\"iss\":\"https://oidc.example.com/c1\",', '', another issuer",
    "sts.aliyuncs.com, https://kubernetes.default.svc, another audience",
    "sts.aliyuncs.com, STS.aliyuncs.com, another audience",
    "'\"aud\":\\[\"sts.aliyuncs.com\"\\],', '', another audience",
    "node-1, node-2, another node",
    "system:serviceaccount:shop:web, system:node:node-1, service account",
    "system:serviceaccount:shop:web, system:serviceaccount:shop:web:x, service account",
    "system:serviceaccount:shop:web, system:serviceaccount:shop:../web, service account",
    "system:serviceaccount:shop:web, system:serviceaccount:Shop:web, service account",
    "system:serviceaccount:shop:web, system:serviceaccount::web, service account",
    "system:serviceaccount:shop:web, 'system:serviceaccount:shop:web\\n', service account",
    "'\"sub\":\"system:serviceaccount:shop:web\"', '\"s\":1', service account",
    "'\"exp\":\\d+,', '', has no expiry"
  })
  void a_token_that_is_foreign_or_has_no_end_is_rejected_with_the_reason(
      String pattern, String other, String why) {
    var claims = Cluster.claims().replaceAll(pattern, Matcher.quoteReplacement(other));
    assertThat(claims).isNotEqualTo(Cluster.claims());
    assertRejected(Cluster.token(claims), why);
  }

  @Nested
  final class AMalformedToken {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "\"exp\":\"soon\"",
          "\"exp\":{}",
          "\"sub\":[\"system:serviceaccount:shop:web\"]",
          "\"sub\":7",
          "\"iss\":null,\"iss\":\"https://oidc.example.com/c1\"",
          "\"aud\":[7]",
          "\"aud\":{\"a\":\"sts.aliyuncs.com\"}",
          "\"kubernetes.io\":7",
          "\"kubernetes.io\":{\"node\":\"node-1\"}",
          "\"kubernetes.io\":{\"node\":{\"name\":7}}",
          "\"kubernetes.io\":{\"pod\":[]}"
        })
    void with_a_claim_of_another_type_is_rejected(String claim) {
      var name = claim.substring(0, claim.indexOf(':') + 1);
      var rest = Cluster.claims().replace(name, "\"other\":");
      assertRejected(Cluster.token("{" + claim + "," + rest.substring(1)), "");
    }

    static Stream<String> claims() {
      var twice = "{\"sub\":\"system:serviceaccount:bank:root\"," + Cluster.claims().substring(1);
      var nested = "{\"a\":".repeat(2300) + "1" + "}".repeat(2300);
      var token = Cluster.token(Cluster.claims()).reveal();
      return Stream.of(twice, nested, token, " ", "[]", "7", "text", "{", "{}{}", "null");
    }

    @ParameterizedTest
    @MethodSource("claims")
    void with_claims_that_are_none_is_rejected(String claims) {
      assertRejected(Cluster.token(claims), "");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          ".",
          "...",
          "a.b",
          "a.b.c",
          "a.b.c.d.e",
          "e30.e30.e30",
          "W10.e30.e30",
          "bnVsbA.e30.e30",
          "\u0000.\u0000.\u0000",
          "ä.ö.ü"
        })
    void that_is_no_token_is_rejected(String text) {
      assertRejected(new ConfidentialText(text), "is no JWT");
    }

    @Test
    void that_is_too_long_is_rejected_unread() {
      var claims =
          Cluster.claims().replace("\"jti\":\"a\"", "\"jti\":\"" + "a".repeat(2300) + "\"");
      var token = Cluster.token(claims);
      assertThat(token.reveal()).hasSizeBetween(3800, 4096);
      assertThat(verify(token)).isInstanceOf(Verified.class);
      assertRejected(Cluster.token(claims.replace("aaaa", "aaaaaa")), "is no JWT");
    }
  }

  @Nested
  final class AForgedToken {
    @Test
    void with_the_name_of_a_key_of_the_cluster_is_rejected() {
      var rsa = header(JWSAlgorithm.RS256, "rsa-1").build();
      var ec = header(JWSAlgorithm.ES256, "ec-1").build();
      assertRejected(Cluster.token(rsa, Cluster.claims(), Cluster.FORGED_RSA), "is not signed");
      assertRejected(Cluster.token(ec, Cluster.claims(), Cluster.FORGED_EC), "is not signed");
    }

    @Test
    void with_altered_claims_is_rejected() {
      var parts = Cluster.token(Cluster.claims()).reveal().split("\\.", -1);
      var altered = Base64URL.encode(Cluster.claims().replace("shop:web", "bank:root"));
      assertRejected(
          new ConfidentialText(parts[0] + "." + altered + "." + parts[2]), "is not signed");
      assertRejected(new ConfidentialText(parts[0] + "." + parts[1] + "."), "");
      assertRejected(new ConfidentialText(parts[0] + "." + parts[1] + ".AAAA"), "is not signed");
    }

    static Stream<String> headersThatAreNotAccepted() {
      var others =
          Stream.of("none", "None", "NONE", "", "RS384", "RS512", "PS256", "ES256K", "EdDSA")
              .map(algorithm -> "{\"alg\":\"" + algorithm + "\",\"kid\":\"rsa-1\"}");
      return Stream.concat(
          others,
          Stream.of(
              "{\"alg\":\"RS256\"}",
              "{\"alg\":\"RS256\",\"kid\":7}",
              "{\"alg\":\"RS256\",\"kid\":null}",
              "{\"kid\":\"rsa-1\"}",
              "{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"rsa-1\"}",
              "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"b64\":false}",
              "{\"alg\":".repeat(1900) + "1" + "}".repeat(1900)));
    }

    @ParameterizedTest
    @MethodSource("headersThatAreNotAccepted")
    void with_another_header_is_rejected(String header) {
      var unsigned = Base64URL.encode(header) + "." + Base64URL.encode(Cluster.claims()) + ".";
      assertRejected(new ConfidentialText(unsigned), "is no JWT");
      assertRejected(new ConfidentialText(unsigned + "AAAA"), "is no JWT");
    }

    @Test
    void by_the_public_key_as_a_shared_secret_is_rejected() throws JOSEException {
      var header = header(JWSAlgorithm.HS256, "rsa-1").build();
      for (var shared :
          List.of(
              Cluster.RSA.toRSAPublicKey().getEncoded(),
              Cluster.RSA.toPublicJWK().toString().getBytes(UTF_8),
              Cluster.RSA.getModulus().decode())) {
        var token = new JWSObject(header, new Payload(Cluster.claims()));
        token.sign(new MACSigner(shared));
        assertRejected(new ConfidentialText(token.serialize()), "is no JWT");
      }
    }

    /** CVE-2022-21449: a signature of zeros. */
    @ParameterizedTest
    @CsvSource({"ES256, ec-1", "RS256, ec-1", "ES256, rsa-1", "ES384, ec-1", "ES256, ec-384"})
    void with_a_signature_of_zeros_or_the_algorithm_of_another_key_is_rejected(
        String algorithm, String key) {
      var header = Base64URL.encode("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + key + "\"}");
      var claims = Base64URL.encode(Cluster.claims());
      assertRejected(
          new ConfidentialText(header + "." + claims + "." + Base64URL.encode(new byte[64])), "");
    }

    static Stream<JWSHeader> headers() {
      var attacker = Cluster.FORGED_RSA;
      var site = URI.create("https://attacker.example/jwks");
      return Stream.of(
          header(JWSAlgorithm.RS256, "rsa-1").jwkURL(site).build(),
          header(JWSAlgorithm.RS256, "rsa-1").jwk(attacker.toPublicJWK()).build(),
          header(JWSAlgorithm.RS256, "rsa-1").x509CertURL(site).build(),
          header(JWSAlgorithm.RS256, "rsa-1")
              .x509CertChain(List.of(Base64.encode("certificate")))
              .build(),
          header(JWSAlgorithm.RS256, "rsa-1").criticalParams(Set.of("exp")).build(),
          header(JWSAlgorithm.RS256, "rsa-1").contentType("JWT").build(),
          header(JWSAlgorithm.RS256, "rsa-1").customParam("cluster", "c2").build());
    }

    @ParameterizedTest
    @MethodSource("headers")
    void whose_header_says_more_is_rejected_whoever_signed_it(JWSHeader header) {
      assertRejected(Cluster.token(header, Cluster.claims(), Cluster.FORGED_RSA), "is no JWT");
      assertRejected(Cluster.token(header, Cluster.claims(), Cluster.RSA), "is no JWT");
    }
  }
}
