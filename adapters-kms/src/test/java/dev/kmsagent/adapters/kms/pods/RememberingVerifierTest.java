package dev.kmsagent.adapters.kms.pods;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import dev.kmsagent.adapters.kms.pods.JwksSource.Fetched;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What of a token is verified again. */
final class RememberingVerifierTest {
  private static final String GOOD = "good";

  private final List<String> asked = new ArrayList<>();
  private final RememberingVerifier verifier = new RememberingVerifier(new Asked());

  /** Notes what it verifies; one signature is good. */
  private final class Asked implements JWSVerifier {
    @Override
    public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) {
      asked.add(new String(signingInput, US_ASCII) + '.' + signature);
      return signature.toString().equals(GOOD);
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
      return Set.of(JWSAlgorithm.ES256);
    }

    @Override
    public JCAContext getJCAContext() {
      return new JCAContext();
    }
  }

  private boolean verify(String signed, String signature) throws JOSEException {
    return verifier.verify(
        new JWSHeader(JWSAlgorithm.ES256), signed.getBytes(US_ASCII), new Base64URL(signature));
  }

  @Test
  void each_key_of_a_cluster_has_one() {
    assertThat(Cluster.published(Cluster.RSA, Cluster.EC))
        .isInstanceOfSatisfying(
            Fetched.Keys.class,
            keys ->
                assertThat(keys.byId().values())
                    .hasSize(2)
                    .hasOnlyElementsOfType(RememberingVerifier.class));
  }

  @Test
  void a_token_is_verified_once() throws JOSEException {
    assertThat(verifier.hasVerified("header.claims.good")).isFalse();
    assertThat(verify("header.claims", GOOD)).isTrue();
    assertThat(verifier.hasVerified("header.claims.good")).isTrue();
    assertThat(verify("header.claims", GOOD)).isTrue();
    assertThat(asked).containsExactly("header.claims.good");
  }

  @Test
  void one_that_differs_in_any_part_is_verified() throws JOSEException {
    assertThat(verify("header.claims", GOOD)).isTrue();
    assertThat(verify("header.claims", "wrong")).isFalse();
    assertThat(verify("header.others", GOOD)).isTrue();
    assertThat(verify("leader.claims", GOOD)).isTrue();
    assertThat(asked).hasSize(4);
  }

  @Test
  void a_wrong_one_is_verified_each_time() throws JOSEException {
    assertThat(verify("header.claims", "wrong")).isFalse();
    assertThat(verify("header.claims", "wrong")).isFalse();
    assertThat(asked).hasSize(2);
  }

  @Test
  void of_many_the_first_are_forgotten() throws JOSEException {
    for (var number : IntStream.rangeClosed(0, RememberingVerifier.MOST).toArray()) {
      assertThat(verify("header." + number, GOOD)).isTrue();
    }
    asked.clear();
    assertThat(verify("header." + RememberingVerifier.MOST, GOOD)).isTrue();
    assertThat(asked).isEmpty();
    assertThat(verify("header.0", GOOD)).isTrue();
    assertThat(asked).hasSize(1);
  }
}
