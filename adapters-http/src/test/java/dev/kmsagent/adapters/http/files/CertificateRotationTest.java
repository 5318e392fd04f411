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
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The certificate of the main listener, whose files change. */
@ResourceLock(value = "children", mode = ResourceAccessMode.READ)
class CertificateRotationTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** A day that the virtual time has not reached, and one that is long over. */
  private static final String GOOD = "2026/01/01 00:00:00";

  private static final String ENDED = "2020/01/01 00:00:00";

  @TempDir Path folder;
  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private TlsFiles files;
  private CertificateRotation rotation;

  @BeforeEach
  void start() {
    files = TlsFiles.in(folder).write(GOOD);
    rotation = rotation();
    rotation.start();
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
  void is_replaced_within_a_second() {
    var _ = files.write("2025/12/31 12:00:00");
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateLoaded.class);
    assertThat(events.all()).hasSize(2);
  }

  @Test
  void stays_while_the_new_one_lacks_its_key_and_is_told_of_once() throws IOException {
    var key = Files.readString(files.key());
    var _ = files.write(GOOD);
    var next = Files.readString(files.key());
    Files.writeString(files.key(), key);
    assertThat(lastAfter(Duration.ofMinutes(1)))
        .isInstanceOfSatisfying(
            CertificateUnusable.class,
            it -> assertThat(it.reason()).contains("not that of the certificate"));
    assertThat(events.all()).hasSize(2);

    Files.writeString(files.key(), next);
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
    var other = TlsFiles.in(Files.createDirectory(folder.resolve("other"))).write();
    Files.write(
        files.certificate(), Files.readAllBytes(other.certificate()), StandardOpenOption.APPEND);
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateLoaded.class);
    assertThat(events.all()).hasSize(2);
  }

  @Test
  void is_not_replaced_by_one_that_has_ended() {
    var _ = files.write(ENDED);
    assertThat(lastAfter(SECOND)).isEqualTo(ended());
  }

  private static CertificateUnusable ended() {
    return new CertificateUnusable(
        "it is valid from 2020-01-01T00:00:00Z until 2020-01-02T00:00:00Z");
  }

  @Test
  void is_replaced_when_the_next_one_begins() {
    var _ = files.write("2026/01/01 01:00:00");
    assertThat(lastAfter(SECOND)).isInstanceOf(CertificateUnusable.class);
    assertThat(lastAfter(Duration.ofHours(1))).isInstanceOf(CertificateLoaded.class);
    assertThat(events.all()).hasSize(3);
  }

  @Test
  void that_has_ended_is_better_than_none() {
    var _ = files.write(ENDED);
    rotation().start();
    assertThat(events.all().getLast()).isEqualTo(ended());
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
