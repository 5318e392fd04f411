package dev.kmsagent.adapters.files;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.FilesConfig;
import dev.kmsagent.config.FilesConfig.Encoding;
import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.config.FilesConfig.Piece;
import dev.kmsagent.config.FilesConfig.Value;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.event.FileEvent.FileFailed;
import dev.kmsagent.domain.event.FileEvent.FilesNotWritten;
import dev.kmsagent.domain.event.FileEvent.FilesWritten;
import dev.kmsagent.testkit.FakeRetrieval;
import dev.kmsagent.testkit.ManualExecutor;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretFilesTest {
  private static final NoSecret UNREACHABLE = Secrets.unreachable();
  private static final NoSecret NOT_AUDITED =
      new NoSecret.Unavailable(NoSecret.Unavailable.Cause.AUDIT, "", "not audited");
  private static final NoSecret IDENTITY_REFUSED =
      new NoSecret.IdentityRefused("NoPermission", "refused");
  private static final Duration MAX_STALE = Duration.ofHours(1);

  /** Longer than any pause. */
  private static final Duration A_WHILE = Duration.ofSeconds(40);

  @TempDir private Path parent;
  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final FakeRetrieval secrets = new FakeRetrieval();

  /** What the agent's own thread would do. */
  private final ManualExecutor tasks = new ManualExecutor();

  private Path directory;

  @BeforeEach
  void begin() {
    directory = parent.resolve("files");
    give("app/db", "v1", "{user:a1,password:b1}");
    give("app/tls", "v1", "{certificate:c1}");
  }

  private CacheEntry give(String secret, String version, String value) {
    var entry = Secrets.entry(Secrets.text(secret, version, value), time.instant());
    secrets.answer(secret, new Found(entry, CacheState.HIT));
    return entry;
  }

  /** Has who waits for a change of the secret read it again. */
  private void wake(String secret) {
    requireNonNull(secrets.changes.remove(secret), "nobody waits for it").complete(new Revision(0));
  }

  private static FileEntry whole(String name, String secret) {
    return new FileEntry(name, List.of(new Value(secret, Optional.empty(), Encoding.RAW)));
  }

  private static FileEntry field(String name, String secret, String field) {
    return fields(name, secret + "#" + field);
  }

  private static FileEntry fields(String name, String... references) {
    return new FileEntry(
        name, Stream.of(references).map(SecretFilesTest::value).map(Piece.class::cast).toList());
  }

  private static Value value(String reference) {
    var parts = reference.split("#", -1);
    return new Value(parts[0], Optional.of(parts[1]), Encoding.RAW);
  }

  private SecretFiles start(FileEntry... entries) {
    var files =
        new SecretFiles(
            new FilesConfig(directory, 0640, List.of(entries)),
            new SecretFiles.Ports(secrets, new FakeParser(), events),
            time.timing(),
            MAX_STALE,
            tasks);
    files.start();
    tasks.doAll();
    return files;
  }

  /** Lets time pass in steps, with the work that each brings. */
  private void advance(Duration duration) {
    for (var left = duration; left.isPositive(); left = left.minusSeconds(1)) {
      time.advance(Duration.ofSeconds(1));
      tasks.doAll();
    }
  }

  private void rotate(String secret, String version, String value) {
    give(secret, version, value);
    wake(secret);
    tasks.doAll();
  }

  private void refuse(String secret, NoSecret reason) {
    secrets.answer(secret, reason);
    wake(secret);
    tasks.doAll();
  }

  private Map<String, String> files() throws IOException {
    var files = new LinkedHashMap<String, String>();
    try (var paths = Files.list(directory)) {
      for (var path : paths.sorted().toList()) {
        var name = path.getFileName().toString();
        if (!name.startsWith("..")) {
          files.put(name, Files.readString(path));
        }
      }
    }
    return files;
  }

  private Path data() throws IOException {
    return directory.resolve("..data").toRealPath();
  }

  private List<Set<String>> changes() {
    return events.of(FilesWritten.class).stream()
        .map(FilesWritten::changed)
        .filter(names -> !names.isEmpty())
        .toList();
  }

  private FilesWritten latest() {
    return events.of(FilesWritten.class).getLast();
  }

  @Test
  void all_files_are_written_together_once_each_secret_was_retrieved() throws IOException {
    start(whole("db", "app/db"), field("tls.crt", "app/tls", "certificate"));

    assertThat(files()).isEqualTo(Map.of("db", "{user:a1,password:b1}", "tls.crt", "c1"));
    assertThat(events.of(FilesWritten.class))
        .containsExactly(new FilesWritten(Set.of("db", "tls.crt"), Set.of("db", "tls.crt")));
  }

  @Test
  void a_secret_is_read_once_for_all_its_files_and_again_for_a_change_alone() throws IOException {
    start(field("user", "app/db", "user"), field("password", "app/db", "password"));
    advance(Duration.ofMinutes(30));
    assertThat(secrets.requests("app/db")).hasSize(1);

    rotate("app/db", "v2", "{user:a2,password:b2}");
    assertThat(secrets.requests("app/db")).hasSize(2);
    assertThat(files()).isEqualTo(Map.of("user", "a2", "password", "b2"));
    assertThat(changes()).last().isEqualTo(Set.of("user", "password"));
  }

  @Test
  void a_rotation_of_any_reference_is_noticed() throws IOException {
    start(fields("app.conf", "app/db#user", "app/tls#certificate"));

    rotate("app/db", "v2", "{user:a2}");
    assertThat(files()).containsEntry("app.conf", "a2c1");
    rotate("app/tls", "v2", "{certificate:c2}");
    assertThat(files()).containsEntry("app.conf", "a2c2");
    assertThat(secrets.changes).containsKey("app/db");
  }

  @Test
  void secrets_that_change_at_the_same_time_cause_one_change() throws IOException {
    start(field("user", "app/db", "user"), field("tls.crt", "app/tls", "certificate"));
    give("app/db", "v2", "{user:a2}");
    give("app/tls", "v2", "{certificate:c2}");
    wake("app/db");
    wake("app/tls");
    tasks.doAll();

    assertThat(files()).isEqualTo(Map.of("user", "a2", "tls.crt", "c2"));
    assertThat(changes()).hasSize(2);
  }

  @Test
  void who_is_woken_without_a_change_asks_again_with_back_off() throws IOException {
    start(field("user", "app/db", "user"));
    for (int i = 0; i < 10; i++) {
      wake("app/db");
      advance(A_WHILE);
    }
    assertThat(secrets.requests("app/db")).hasSize(11);
    wake("app/db");
    tasks.doAll();
    assertThat(secrets.requests("app/db")).hasSize(11);

    give("app/db", "v2", "{user:a2}");
    advance(A_WHILE);
    assertThat(files()).isEqualTo(Map.of("user", "a2"));
  }

  @Test
  void nothing_is_written_after_the_end() throws IOException {
    start(field("user", "app/db", "user")).close();
    rotate("app/db", "v2", "{user:a2}");

    assertThat(files()).isEqualTo(Map.of("user", "a1"));
  }

  @Nested
  class Failing {
    @Test
    void a_field_that_is_missing_fails_one_file_by_name() throws IOException {
      start(field("user", "app/db", "user"), field("tls.crt", "app/tls", "absent"));

      assertThat(files()).isEqualTo(Map.of("user", "a1"));
      assertThat(events.of(FileFailed.class))
          .singleElement()
          .satisfies(
              failed -> {
                assertThat(failed.name()).isEqualTo("tls.crt");
                assertThat(failed.reason()).contains("absent").doesNotContain("c1");
                assertThat(failed.isFinal()).isTrue();
              });
      assertThat(latest().present()).containsExactly("user");
    }

    @Test
    void the_version_that_has_the_field_mends_it() throws IOException {
      start(field("tls.crt", "app/tls", "absent"));
      rotate("app/tls", "v2", "{absent:c2}");

      assertThat(files()).isEqualTo(Map.of("tls.crt", "c2"));
      assertThat(latest().present()).containsExactly("tls.crt");
    }

    @Test
    void a_secret_that_kms_refuses_takes_its_files_away_at_once_and_no_others() throws IOException {
      start(
          field("user", "app/db", "user"),
          fields("app.conf", "app/db#user", "app/tls#certificate"),
          field("tls.crt", "app/tls", "certificate"));
      refuse("app/db", Secrets.denied());

      assertThat(files()).isEqualTo(Map.of("tls.crt", "c1"));
      assertThat(data().resolve("user")).doesNotExist();
      assertThat(events.of(FileFailed.class))
          .containsExactly(
              new FileFailed("user", "app/db: Forbidden.NoPermission", true),
              new FileFailed("app.conf", "app/db: Forbidden.NoPermission", true));
    }

    @Test
    void a_secret_that_stays_refused_is_tried_again_and_writes_nothing_anew() throws IOException {
      secrets.answer("app/db", Secrets.denied());
      start(field("user", "app/db", "user"), field("tls.crt", "app/tls", "certificate"));
      var before = data();
      advance(Duration.ofMinutes(5));

      assertThat(secrets.requests("app/db")).hasSizeBetween(10, 30);
      assertThat(secrets.requests("app/tls")).hasSize(1);
      assertThat(data()).isEqualTo(before);
      assertThat(events.of(FileFailed.class)).hasSize(1);

      give("app/db", "v2", "{user:a2}");
      advance(A_WHILE);
      assertThat(files()).isEqualTo(Map.of("user", "a2", "tls.crt", "c1"));
    }

    @Test
    void a_name_that_another_file_has_fails_alone_and_nothing_is_deleted() throws IOException {
      Files.createDirectory(directory);
      Files.writeString(directory.resolve("user"), "kept");
      start(field("user", "app/db", "user"), field("tls.crt", "app/tls", "certificate"));

      assertThat(files()).isEqualTo(Map.of("user", "kept", "tls.crt", "c1"));
      assertThat(events.of(FileFailed.class))
          .singleElement()
          .extracting(FileFailed::name)
          .isEqualTo("user");
    }

    @Test
    void a_directory_that_cannot_be_written_is_told_and_tried_again_with_back_off()
        throws IOException {
      directory = parent.resolve("missing/files");
      start(field("user", "app/db", "user"));
      advance(Duration.ofMinutes(2));
      assertThat(events.of(FilesNotWritten.class)).hasSizeBetween(6, 10);
      assertThat(events.of(FilesNotWritten.class).getLast().reason())
          .contains("missing: it does not exist");

      Files.createDirectory(parent.resolve("missing"));
      advance(A_WHILE);
      assertThat(files()).isEqualTo(Map.of("user", "a1"));
      assertThat(time.waiting()).isZero();
    }
  }

  @Nested
  class InAnOutage {
    @Test
    void files_stay_while_their_secrets_are_served_and_are_taken_away_then() throws IOException {
      start(field("user", "app/db", "user"));
      var end = give("app/db", "v1", "{user:a1}").staleUntil();
      refuse("app/db", UNREACHABLE);
      advance(Duration.between(time.instant(), end).minusSeconds(1));
      assertThat(files()).isEqualTo(Map.of("user", "a1"));

      advance(A_WHILE);
      assertThat(files()).isEmpty();
      assertThat(events.of(FileFailed.class))
          .containsExactly(new FileFailed("user", "app/db: KMS cannot be reached.", false));
    }

    @Test
    void a_rotation_after_it_is_noticed_at_once() throws IOException {
      start(field("user", "app/db", "user"));
      refuse("app/db", UNREACHABLE);
      advance(Duration.ofMinutes(2));
      give("app/db", "v1", "{user:a1}");
      advance(A_WHILE);
      rotate("app/db", "v2", "{user:a2}");

      assertThat(files()).isEqualTo(Map.of("user", "a2"));
    }

    @Test
    void files_of_an_agent_before_stay_as_long_as_values_may_be_stale() throws IOException {
      start(field("user", "app/db", "user"), field("tls.crt", "app/tls", "certificate")).close();
      secrets.answer("app/db", UNREACHABLE);
      start(field("user", "app/db", "user"), field("tls.crt", "app/tls", "certificate"));
      assertThat(latest()).isEqualTo(new FilesWritten(Set.of("tls.crt"), Set.of()));

      advance(MAX_STALE.minusSeconds(1));
      assertThat(files()).isEqualTo(Map.of("user", "a1", "tls.crt", "c1"));
      advance(A_WHILE);
      assertThat(files()).isEqualTo(Map.of("tls.crt", "c1"));
    }

    @Test
    void a_refusal_takes_a_file_away_whose_other_secret_is_only_unavailable() throws IOException {
      var file = fields("app.conf", "app/db#user", "app/tls#certificate");
      start(file).close();
      secrets.answer("app/db", UNREACHABLE);
      secrets.answer("app/tls", Secrets.denied());
      start(file);

      assertThat(files()).isEmpty();
    }
  }

  @Test
  void a_refused_identity_takes_files_away_once_their_secrets_are_no_longer_served()
      throws IOException {
    start(field("user", "app/db", "user"));
    refuse("app/db", IDENTITY_REFUSED);

    assertThat(files()).isEmpty();
    assertThat(events.of(FileFailed.class))
        .containsExactly(new FileFailed("user", "app/db: NoPermission", false));
  }

  @Test
  void without_its_audit_line_a_value_is_not_written_and_that_of_before_stays() throws IOException {
    start(field("user", "app/db", "user"));
    refuse("app/db", NOT_AUDITED);
    advance(Duration.ofDays(2));
    assertThat(files()).isEqualTo(Map.of("user", "a1"));

    give("app/db", "v2", "{user:a2}");
    advance(A_WHILE);
    assertThat(files()).isEqualTo(Map.of("user", "a2"));
  }

  @Test
  void events_hold_no_value() {
    give("app/db", "v1", "{user:canary}");
    start(field("user", "app/db", "user"), field("other", "app/db", "canary-field"));

    assertThat(events.all().toString()).doesNotContain("user:canary").contains("other");
  }
}
