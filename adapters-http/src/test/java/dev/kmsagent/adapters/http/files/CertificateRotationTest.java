package dev.kmsagent.adapters.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.LifecycleEvent.CertificateLoaded;
import dev.kmsagent.domain.event.LifecycleEvent.CertificateUnusable;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.TlsFiles;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The certificate of the main listener, whose files change. */
@ResourceLock(value = "children", mode = ResourceAccessMode.READ)
class CertificateRotationTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final CertificateUnusable UNUSABLE =
      new CertificateUnusable("it is valid from 2020-01-01T00:00:00Z until 2020-01-02T00:00:00Z");

  @TempDir static Path made;
  private static TlsFiles good;
  private static TlsFiles next;
  private static TlsFiles later;
  private static TlsFiles ended;

  @TempDir Path folder;
  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private TlsFiles files;
  private CertificateRotation rotation;

  /** Once for all tests, since that takes a second each. */
  @BeforeAll
  static void make() throws IOException {
    good = make("2026/01/01 00:00:00");
    next = make("2025/12/31 12:00:00");
    later = make("2026/01/01 01:00:00");
    ended = make("2020/01/01 00:00:00");
  }

  private static TlsFiles make(String start) throws IOException {
    return TlsFiles.in(Files.createTempDirectory(made, "tls")).write(start);
  }

  @BeforeEach
  void start() throws IOException {
    files = TlsFiles.in(folder);
    replaceBy(good);
    rotation = rotation();
    rotation.start();
  }

  private void replaceBy(TlsFiles others) throws IOException {
    Files.copy(others.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(others.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  private CertificateRotation rotation() {
    var tls = new TlsConfig(files.certificate(), files.key(), false);
    return new CertificateRotation(tls, events, time.timing(), Runnable::run);
  }

  private AgentEvent lastAfter(Duration passed) {
    time.advance(passed);
    return events.all().getLast();
  }

  @Test
  void is_told_with_its_end_at_the_start_and_not_again_while_the_files_are_the_same() {
    time.advance(Duration.ofMinutes(1));
    assertThat(events.all()).hasSize(1).allMatch(CertificateLoaded.class::isInstance);
    var end = ((CertificateLoaded) events.all().getFirst()).end();
    assertThat(end).isBetween(VirtualTime.START, VirtualTime.START.plus(Duration.ofDays(2)));
  }

  @Test
  void is_replaced_within_a_second() throws IOException {
    replaceBy(next);
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateLoaded.class);
    assertThat(events.all()).hasSize(2);
  }

  @Test
  void stays_while_the_new_one_lacks_its_key_and_is_told_of_once() throws IOException {
    replaceBy(next);
    Files.copy(good.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(lastAfter(Duration.ofMinutes(1)))
        .isInstanceOfSatisfying(
            CertificateUnusable.class,
            it -> assertThat(it.reason()).contains("not that of the certificate"));
    assertThat(events.all()).hasSize(2);

    replaceBy(next);
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateLoaded.class);
  }

  @Test
  void stays_while_a_file_is_away() throws IOException {
    Files.delete(files.key());
    assertThat(lastAfter(SECOND))
        .isEqualTo(new CertificateUnusable(files.key() + " does not exist"));
  }

  @Test
  void may_be_followed_by_any_others() throws IOException {
    Files.write(
        files.certificate(), Files.readAllBytes(next.certificate()), StandardOpenOption.APPEND);
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateLoaded.class);
    assertThat(events.all()).hasSize(2);
  }

  @Test
  void is_not_replaced_by_one_that_has_ended() throws IOException {
    replaceBy(ended);
    assertThat(lastAfter(SECOND)).isEqualTo(UNUSABLE);
  }

  @Test
  void is_replaced_when_the_next_one_begins() throws IOException {
    replaceBy(later);
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateUnusable.class);
    assertThat(lastAfter(Duration.ofHours(1))).isInstanceOf(CertificateLoaded.class);
    assertThat(events.all()).hasSize(3);
  }

  @Test
  void that_has_ended_is_better_than_none() throws IOException {
    replaceBy(ended);
    rotation().start();
    assertThat(events.all().getLast()).isEqualTo(UNUSABLE);
  }

  @Test
  void keeps_few_sessions_of_clients_without_tickets() {
    assertThat(rotation.context().getServerSessionContext().getSessionCacheSize())
        .isEqualTo(CertificateRotation.KEPT_SESSIONS);
  }

  @Test
  void whose_files_cannot_be_used_at_the_start_is_an_error() throws IOException {
    Files.writeString(files.key(), "");
    assertThatThrownBy(this::rotation)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no key in PEM");
  }
}
