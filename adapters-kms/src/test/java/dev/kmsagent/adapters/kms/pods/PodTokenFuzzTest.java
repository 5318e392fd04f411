package dev.kmsagent.adapters.kms.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import dev.kmsagent.adapters.kms.pods.JwksSource.Fetched;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Rejected;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Unverifiable;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Verified;
import dev.kmsagent.testkit.FuzzInputs;
import dev.kmsagent.testkit.VirtualTime;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: what a pod sends as its token, its header, its claims, and a set of keys. */
final class PodTokenFuzzTest {
  private static final String[] SIGNED = Cluster.token(Cluster.claims()).reveal().split("\\.", -1);
  private static final JwtPodTokenVerifier VERIFIER =
      Cluster.verifier(new VirtualTime(), Optional.of("node-1"), Cluster.RSA);

  public static void fuzzerTestOneInput(byte[] input) {
    var text = new String(input, UTF_8);
    assertNotForged(verify(text));
    assertNotForged(verify(Base64URL.encode(input) + "." + SIGNED[1] + "." + SIGNED[2]));
    assertNotForged(verify(SIGNED[0] + "." + Base64URL.encode(input) + "." + SIGNED[2]));
    assertSentence(verify(Cluster.token(text).reveal()));
    assertKeys(JwksSource.keys(input));
  }

  private static TokenVerdict verify(String token) {
    return VERIFIER
        .parse(new ConfidentialText(token))
        .map(parsed -> parsed.verify().toCompletableFuture().join())
        .orElse(TokenVerdict.MALFORMED);
  }

  /** Only what the cluster has signed is verified. */
  private static void assertNotForged(TokenVerdict verdict) {
    assertSentence(verdict);
    if (verdict instanceof Verified(var identity)) {
      assertThat(identity.presented().reveal()).startsWith(SIGNED[0] + "." + SIGNED[1] + ".");
    }
  }

  private static void assertSentence(TokenVerdict verdict) {
    switch (verdict) {
      case Verified(var identity) ->
          assertThat(Subject.of(identity.subject().toString())).hasValue(identity.subject());
      case Rejected(var detail) -> assertThat(detail).matches("The [ -~]{1,150}[.]");
      case Unverifiable(var detail) -> assertThat(detail).matches("[ -~]{1,150}[.]");
    }
  }

  private static void assertKeys(Fetched fetched) {
    switch (fetched) {
      case Fetched.Keys(var byId, _) -> assertThat(byId).isNotEmpty();
      case Fetched.Failed(var detail) -> assertThat(detail).matches("[ -~]{1,150}[.]");
    }
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
