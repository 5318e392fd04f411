package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.testkit.FuzzInputs;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: a token and its claims, and the body of an answer of STS and of the metadata. */
final class KeyAnswerFuzzTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<Integer> STATUSES = List.of(200, 302, 400, 403, 407, 429, 503);
  private static final MetadataKeyIssuer METADATA =
      new MetadataKeyIssuer(Optional.empty(), true, (_, _) -> () -> {});

  public static void fuzzerTestOneInput(byte[] input) {
    assertOwner(TokenExchange.assumedRole(input));
    STATUSES.forEach(status -> assertSentence(TokenExchange.refused(status, input)));
    assertRead(OidcToken.parse(new String(input, UTF_8)));
    assertRead(OidcToken.parse(compact(input)));
    assertKey(TokenExchange.read(input));
    metadata(input).ifPresent(KeyAnswerFuzzTest::assertKey);
  }

  private static String compact(byte[] payload) {
    return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(payload) + ".c2ln";
  }

  /** Claims are the same in a token that has no others. */
  private static void assertRead(Optional<OidcToken> token) {
    token.ifPresent(
        claims -> {
          var json = new Gson().toJson(Map.of("iss", claims.issuer(), "sub", claims.subject()));
          assertThat(OidcToken.parse(compact(escaped(json).getBytes(UTF_8)))).hasValue(claims);
        });
  }

  /** JSON in ASCII, as UTF-8 has no half of a surrogate pair. */
  private static String escaped(String json) {
    return json.chars()
        .mapToObj(c -> c < 0x80 ? Character.toString(c) : "\\u%04x".formatted(c))
        .collect(joining());
  }

  private static void assertOwner(Optional<Principal> owner) {
    owner.ifPresent(
        principal ->
            assertThat(principal.value()).matches("acs:ram::[0-9]+:role/[A-Za-z0-9_.-]{1,64}"));
  }

  /** The reason is printable, and quotes nothing of the answer but its code. */
  private static void assertSentence(NoSecret reason) {
    switch (reason) {
      case Unavailable(_, var code, var detail) -> assertSentence(code, detail);
      case IdentityRefused(var code, var detail) -> assertSentence(code, detail);
      case Refused refused -> throw new AssertionError(refused);
    }
  }

  private static void assertSentence(String code, String detail) {
    assertThat(code).matches("[A-Za-z0-9._]{0,128}");
    assertThat(detail.replace(code, "")).hasSizeLessThan(300).matches("[ -~]+");
  }

  private static Optional<KeyIssuer.Issue> metadata(byte[] answer) {
    try {
      return Optional.of(METADATA.read(answer, Optional.empty()));
    } catch (IllegalArgumentException | DateTimeException incomplete) {
      return Optional.empty();
    }
  }

  private static void assertKey(KeyIssuer.Issue issue) {
    if (issue instanceof KeyIssuer.Issue.Issued issued) {
      assertKey(issued);
    }
  }

  /** It is complete, shows its id alone, and is not usable beyond its end. */
  private static void assertKey(KeyIssuer.Issue.Issued issued) {
    var key = issued.signingKey().reveal();
    assertThat(List.of(key.accessKeyId(), key.accessKeySecret(), key.securityToken()))
        .noneMatch(String::isBlank);
    assertThat(issued.signingKey()).hasToString("SigningKey[" + key.accessKeyId() + "]");
    var expiring = ExpiringKey.issued(NOW, issued.signingKey(), issued.end());
    assertThat(expiring.isUsableAt(NOW)).isEqualTo(issued.end().isAfter(NOW));
    assertThat(expiring.usableUntil())
        .isBeforeOrEqualTo(Collections.max(List.of(NOW, issued.end())));
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
