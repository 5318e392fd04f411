package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.testkit.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KnownTargetsTest {
  private final KnownTargets targets = new KnownTargets();
  private final List<String> read = new ArrayList<>();

  private Parsed<SecretRequest> read(String text) {
    read.add(text);
    return text.startsWith("bad")
        ? new Parsed.Bad<>("bad")
        : new Parsed.Good<>(new SecretRequest(Secrets.current(text), ReadMode.CACHED));
  }

  private Admission ask(String text) {
    return targets.admission(text, this::read);
  }

  @Test
  void a_text_is_read_once() {
    assertThat(ask("db")).isSameAs(ask("db"));
    assertThat(read).containsExactly("db");
  }

  @Test
  void texts_that_differ_mean_what_they_say() {
    ask("db");
    assertThat(ask("dB"))
        .isInstanceOfSatisfying(
            Admission.ToSecret.class,
            to -> assertThat(to.request().query()).isEqualTo(Secrets.current("dB")));
  }

  @Test
  void what_is_ill_formed_or_long_is_not_kept() {
    var longText = "x".repeat(257);
    for (int i = 0; i < 3; i++) {
      assertThat(ask("bad")).isInstanceOf(Admission.TurnedAway.class);
      ask(longText);
    }
    assertThat(read).hasSize(6);
  }

  @Test
  void no_more_than_a_thousand_are_kept() {
    IntStream.range(0, 1025).forEach(i -> ask("secret-" + i));
    ask("secret-1024");
    assertThat(read).hasSize(1025);
    ask("secret-0");
    assertThat(read).hasSize(1026);
  }
}
