package dev.kmsagent.adapters.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.event.LifecycleEvent.TokenGuessable;
import dev.kmsagent.domain.event.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.event.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceTest {
  @TempDir private Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("token"), content);
  }

  private static Parsed<ConfidentialText> read(Path file) {
    return TokenSource.of("file://" + file).read();
  }

  private static Parsed<ConfidentialText> usable(String token) {
    return new Parsed.Valid<>(new ConfidentialText(token));
  }

  private static String reason(Parsed<ConfidentialText> reading) {
    return ((Parsed.Invalid<ConfidentialText>) reading).wrong();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b%20c", "token?x=y", "token#part", "..token", "token "})
  void a_name_of_a_file_is_taken_as_it_is_and_white_space_round_the_token_dropped(String name)
      throws IOException {
    assertThat(read(Files.writeString(folder.resolve(name), " \tabc\r\n\n")))
        .isEqualTo(usable("abc"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          file:
          file://
          file:/etc/token
          file:token
          file://etc/token
          file://localhost/etc/token
          FILE:///etc/token
          ` file:///etc/token`
          `\nfile:/etc/token`
          "file:///etc/token"
          'file:/etc/token'
          """)
  void a_text_that_begins_like_a_file_uri_and_is_none_is_no_token_and_is_not_shown(String text) {
    assertThat(reason(TokenSource.of(text).read()))
        .startsWith("the value begins with file: and not with file:///: write file:///path")
        .doesNotContain("etc", "localhost");
  }

  @Test
  void a_path_of_what_exists_is_no_token_and_is_not_shown() throws IOException {
    var dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("absent"));
    for (var path :
        List.of(file("abc"), folder, dangling, "\"" + folder + "\"", "'" + folder + "'")) {
      assertThat(reason(TokenSource.of(path.toString()).read()))
          .startsWith("the value is the path of a file: write file:// before the path")
          .doesNotContain(folder.toString());
    }
  }

  @Test
  void a_setting_is_the_token_itself_which_may_begin_like_a_path_or_hold_the_name_of_the_scheme() {
    var missing = folder.resolve("missing").toString();
    for (var token : List.of("abc", missing, "/" + "a".repeat(300), "afile:/b", "files:///b")) {
      assertThat(TokenSource.of(token).read()).isEqualTo(usable(token));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", " a", "a\n", "é", "\u0000", "\u007f"})
  void a_token_that_no_header_can_carry_is_none_and_is_not_shown(String text) {
    assertThat(reason(TokenSource.of(text).read()))
        .isEqualTo("the token holds white space or a character that is not plain ASCII");
  }

  @Test
  void an_empty_token_is_none() throws IOException {
    assertThat(reason(TokenSource.of("").read())).isEqualTo("the token is empty");
    assertThat(reason(read(file(" \n")))).isEqualTo("the token is empty");
  }

  @Test
  void a_file_that_cannot_be_read_is_named() throws IOException {
    var missing = folder.resolve("missing");
    assertThat(reason(read(missing)))
        .isEqualTo("the token file " + missing + " cannot be read: no such file");
    assertThat(reason(read(folder))).endsWith("cannot be read: Is a directory");
    assertThat(reason(read(file("token").resolve("below"))))
        .endsWith("cannot be read: Not a directory");
    assertThat(reason(TokenSource.of("file:///\u0000").read()))
        .endsWith("cannot be read: it is no path");
    assertThat(reason(read(Path.of("/dev/zero"))))
        .as("which has no end")
        .isEqualTo("the token file /dev/zero is too large");
  }

  @ParameterizedTest
  @CsvSource({
    "rwxr-x---, ', which the group GROUP may; as root run usermod -aG GROUP alice, then log in again'",
    "rwx------, ', which belongs to OWNER alone'"
  })
  void a_folder_that_others_may_enter_is_named_with_their_group(String mode, String who)
      throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    var of = Files.readAttributes(folder, PosixFileAttributes.class);

    assertThat(TokenSource.FromFile.denied(folder.resolve("missing/token"), "alice"))
        .isEqualTo(
            "permission denied: the user alice may not open "
                + folder
                + who.replace("GROUP", of.group().getName())
                    .replace("OWNER", of.owner().getName()));
  }

  /** A file of Linux that root itself may not read. */
  @Test
  void what_may_not_be_read_is_told_from_what_is_not_there() throws IOException {
    assertThat(reason(read(Path.of("/proc/sys/vm/compact_memory")))).contains("permission denied");
    assertThat(new TokenSource.FromFile("/proc/sys/vm/compact_memory").isDenied()).isTrue();
    for (var path : List.of(file("abc").toString(), folder + "/missing", "\0")) {
      assertThat(new TokenSource.FromFile(path).isDenied()).isFalse();
    }
  }

  @Test
  void nothing_here_prints_a_token() {
    var reading = TokenSource.of("abcdef").read();
    assertThat(reading.toString()).isEqualTo("Valid[value=***]");
    assertThat(TokenSource.of("abcdef").toString()).doesNotContain("abcdef");
    assertThat(reading).isEqualTo(usable("abcdef")).isNotEqualTo(usable("abcdeg"));
  }

  /** It is read once a second, each time by a task of {@link #reading}. */
  @Nested
  class A_file {
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
    private Path file;
    private TokenRotation rotation;

    @BeforeEach
    void start() throws IOException {
      file = file(FIRST);
      var source = TokenSource.of("file://" + file);
      rotation = new TokenRotation(source, inForce, events, time, task -> reading.execute(task));
      rotation.start();
    }

    private void assertInForce(String token) {
      assertThat(inForce.get()).isEqualTo(new ConfidentialText(token));
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
      assertThat(events.all()).containsExactly(new TokenUnreadable("reading takes too long"));

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
}
