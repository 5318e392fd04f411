package dev.kmsagent.adapters.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.domain.port.LifecycleEvent.TokenGuessable;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is read once a second, each time by a task of {@link #reading}. */
class TokenRotationTest {
  private static final String FIRST = "the-first-long-token";
  private static final String OTHER = "the-other-long-token";
  private static final String SHORT = "fifteen-letters";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final AtomicReference<ConfidentialText> inForce =
      new AtomicReference<>(new ConfidentialText(FIRST));
  private final Queue<Runnable> hanging = new ArrayDeque<>();
  private Executor reading = Runnable::run;
  @TempDir private Path folder;
  private Path file;
  private TokenRotation rotation;

  @BeforeEach
  void start() throws IOException {
    file = Files.writeString(folder.resolve("token"), FIRST);
    var source = TokenSource.of("file://" + file);
    rotation = new TokenRotation(source, inForce, events, time, task -> reading.execute(task));
    rotation.start();
  }

  private void assertInForce(String token) {
    assertThat(inForce.get()).isEqualTo(new ConfidentialText(token));
  }

  @Test
  void that_does_not_change_is_nothing_to_speak_of() {
    time.advance(Duration.ofHours(1));
    assertInForce(FIRST);
    assertThat(events.all()).isEmpty();
  }

  @Test
  void that_is_written_over_gives_the_new_token_within_a_second() throws IOException {
    Files.writeString(file, OTHER + "\n");
    time.advance(SECOND);
    assertInForce(OTHER);
    assertThat(events.all()).containsExactly(new TokenReloaded());
  }

  @Test
  void that_gives_a_token_that_can_be_guessed_is_warned_of() throws IOException {
    Files.writeString(file, SHORT);
    time.advance(Duration.ofMinutes(1));
    assertInForce(SHORT);
    assertThat(events.all()).containsExactly(new TokenReloaded(), new TokenGuessable());
  }

  @Test
  void that_is_replaced_by_a_rename_gives_the_new_token() throws IOException {
    var next = Files.writeString(folder.resolve("next"), OTHER);
    Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    time.advance(SECOND);
    assertInForce(OTHER);
  }

  @Test
  void that_goes_away_leaves_the_token_in_force_and_is_told_once() throws IOException {
    Files.delete(file);
    time.advance(Duration.ofMinutes(1));
    assertInForce(FIRST);
    assertThat(events.all())
        .containsExactly(
            new TokenUnreadable("the token file " + file + " cannot be read: no such file"));

    Files.writeString(file, OTHER);
    time.advance(SECOND);
    assertInForce(OTHER);
  }

  @Test
  void that_becomes_empty_leaves_the_token_in_force() throws IOException {
    Files.writeString(file, "\n");
    time.advance(SECOND);
    assertInForce(FIRST);
    assertThat(events.all()).containsExactly(new TokenUnreadable("the token is empty"));
  }

  @Test
  void is_not_read_any_more_once_stopped() throws IOException {
    rotation.stop();
    Files.writeString(file, OTHER);
    time.advance(SECOND);
    assertInForce(FIRST);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void whose_reading_hangs_is_reported_once_and_not_read_a_second_time_meanwhile()
      throws IOException {
    reading = hanging::add;
    Files.writeString(file, OTHER);
    time.advance(Duration.ofHours(1));
    assertThat(hanging).hasSize(1);
    assertInForce(FIRST);
    assertThat(events.all())
        .containsExactly(new TokenUnreadable("reading the token file takes too long"));

    hanging.remove().run();
    assertInForce(OTHER);
    time.advance(SECOND);
    assertThat(hanging).hasSize(1);

    rotation.stop();
    hanging.remove().run();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void whose_reading_is_merely_slow_is_not_reported() {
    reading = hanging::add;
    for (var second = 0; second < 4; second++) {
      time.advance(SECOND);
      hanging.remove().run();
    }
    time.advance(Duration.ofSeconds(4));
    assertThat(hanging).hasSize(1);
    hanging.remove().run();
    time.advance(Duration.ofMillis(900));
    assertThat(events.all()).isEmpty();
  }

  @Test
  void a_fixed_token_needs_no_timer_and_one_that_can_be_guessed_is_warned_of() {
    rotation.stop();
    inForce.set(new ConfidentialText(SHORT));
    new TokenRotation(TokenSource.of(SHORT), inForce, events, time, reading).start();
    assertThat(time.waiting()).isZero();
    assertThat(events.all()).containsExactly(new TokenGuessable());
  }
}
