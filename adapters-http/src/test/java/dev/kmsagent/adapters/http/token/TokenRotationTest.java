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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenRotationTest {
  private static final String FIRST = "the-first-long-token";
  private static final String OTHER = "the-other-long-token";
  private static final String SHORT = "fifteen-letters";

  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final AtomicReference<ConfidentialText> inForce =
      new AtomicReference<>(new ConfidentialText(FIRST));
  private final Queue<Runnable> hanging = new ArrayDeque<>();
  private Executor files = Runnable::run;
  @TempDir private Path folder;

  private boolean opens(String sent) {
    return inForce.get().equals(new ConfidentialText(sent));
  }

  @Nested
  class A_file {
    private Path file;
    private TokenRotation rotation;

    @BeforeEach
    void watch() throws IOException {
      file = Files.writeString(folder.resolve("token"), FIRST);
      rotation = new TokenRotation(TokenSource.of("file://" + file), inForce, events, time, files);
      rotation.start();
    }

    private void secondPasses() {
      time.advance(Duration.ofSeconds(1));
    }

    @Test
    void that_does_not_change_is_nothing_to_speak_of() {
      time.advance(Duration.ofHours(1));
      assertThat(opens(FIRST)).isTrue();
      assertThat(events.all()).isEmpty();
    }

    @Test
    void that_is_written_over_gives_the_new_token_within_a_second() throws IOException {
      Files.writeString(file, OTHER + "\n");
      secondPasses();
      assertThat(opens(OTHER)).isTrue();
      assertThat(opens(FIRST)).isFalse();
      assertThat(events.all()).containsExactly(new TokenReloaded());
    }

    @Test
    void that_gives_a_token_that_can_be_guessed_is_warned_of() throws IOException {
      Files.writeString(file, SHORT);
      time.advance(Duration.ofMinutes(1));
      assertThat(opens(SHORT)).isTrue();
      assertThat(events.all()).containsExactly(new TokenReloaded(), new TokenGuessable());
    }

    @Test
    void that_is_replaced_by_a_rename_gives_the_new_token() throws IOException {
      var next = Files.writeString(folder.resolve("next"), OTHER);
      Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      secondPasses();
      assertThat(opens(OTHER)).isTrue();
    }

    @Test
    void that_goes_away_leaves_the_token_in_force_and_is_told_once() throws IOException {
      Files.delete(file);
      time.advance(Duration.ofMinutes(1));
      assertThat(opens(FIRST)).isTrue();
      assertThat(events.all())
          .containsExactly(
              new TokenUnreadable("the token file " + file + " cannot be read: no such file"));
    }

    @Test
    void that_becomes_empty_leaves_the_token_in_force() throws IOException {
      Files.writeString(file, "\n");
      secondPasses();
      assertThat(opens(FIRST)).isTrue();
      assertThat(opens("")).isFalse();
      assertThat(events.all()).containsExactly(new TokenUnreadable("the token is empty"));
    }

    @Test
    void that_comes_back_is_read_again() throws IOException {
      Files.delete(file);
      secondPasses();
      Files.writeString(file, OTHER);
      secondPasses();
      assertThat(opens(OTHER)).isTrue();
      assertThat(events.of(TokenReloaded.class)).hasSize(1);
    }

    @Test
    void is_not_looked_at_any_more_once_stopped() throws IOException {
      rotation.stop();
      Files.writeString(file, OTHER);
      secondPasses();
      assertThat(opens(FIRST)).isTrue();
      assertThat(time.waiting()).isZero();
    }
  }

  @Nested
  class A_file_whose_reading_hangs {
    private TokenRotation rotation;

    @BeforeEach
    void read_it() throws IOException {
      files = hanging::add;
      var file = Files.writeString(folder.resolve("token"), OTHER);
      rotation = new TokenRotation(TokenSource.of("file://" + file), inForce, events, time, files);
      rotation.start();
    }

    @Test
    void is_reported_once_and_not_read_a_second_time_meanwhile() {
      time.advance(Duration.ofHours(1));
      assertThat(hanging).hasSize(1);
      assertThat(opens(FIRST)).isTrue();
      assertThat(events.all())
          .containsExactly(new TokenUnreadable("reading the token file takes too long"));
    }

    @Test
    void gives_its_token_once_it_is_read_and_is_read_again() {
      time.advance(Duration.ofHours(1));
      hanging.remove().run();
      assertThat(opens(OTHER)).isTrue();
      assertThat(events.of(TokenReloaded.class)).hasSize(1);
      time.advance(Duration.ofSeconds(1));
      assertThat(hanging).hasSize(1);
    }

    @Test
    void is_not_reported_where_it_is_merely_slow() {
      time.advance(Duration.ofSeconds(4));
      hanging.remove().run();
      time.advance(Duration.ofMillis(900));
      assertThat(events.of(TokenUnreadable.class)).isEmpty();
    }

    @Test
    void is_not_reported_where_the_next_reading_has_just_begun() {
      for (var second = 0; second < 4; second++) {
        time.advance(Duration.ofSeconds(1));
        hanging.remove().run();
      }
      time.advance(Duration.ofSeconds(4));
      assertThat(hanging).hasSize(1);
      assertThat(events.of(TokenUnreadable.class)).isEmpty();
    }

    @Test
    void is_not_read_again_once_stopped() {
      time.advance(Duration.ofSeconds(1));
      rotation.stop();
      hanging.remove().run();
      assertThat(time.waiting()).isZero();
    }
  }

  @Test
  void a_fixed_token_needs_no_timer() {
    new TokenRotation(TokenSource.of(FIRST), inForce, events, time, files).start();
    assertThat(time.waiting()).isZero();
    assertThat(events.all()).isEmpty();
  }

  @Test
  void a_fixed_token_that_can_be_guessed_is_warned_of_at_the_start() {
    inForce.set(new ConfidentialText(SHORT));
    new TokenRotation(TokenSource.of(SHORT), inForce, events, time, files).start();
    assertThat(events.all()).containsExactly(new TokenGuessable());
  }
}
