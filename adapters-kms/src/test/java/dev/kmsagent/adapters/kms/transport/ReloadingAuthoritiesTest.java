package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.Certificates;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.domain.event.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.event.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the authorities in a file that changes count. */
final class ReloadingAuthoritiesTest {
  private static int ofTheSystem;
  private static String one;
  private static String both;

  private final RecordingEvents events = new RecordingEvents();
  private final Queue<Runnable> hanging = new ArrayDeque<>();
  private Executor files = Runnable::run;
  @TempDir private Path folder;
  private Path file;
  private ReloadingAuthorities authorities;

  /** Time passes at once where something has not happened yet. */
  private static final Scheduler PASSED =
      (_, task) -> {
        task.run();
        return () -> {};
      };

  @BeforeAll
  static void read() throws IOException {
    ofTheSystem = Authorities.ofSystem().trustManager().getAcceptedIssuers().length;
    one = Files.readString(Certificates.NAMED.caFile());
    both = one + Files.readString(Certificates.OTHER.caFile());
  }

  /** How many are trusted beyond the system's. */
  private static int trusted(X509TrustManager authorities) {
    return authorities.getAcceptedIssuers().length - ofTheSystem;
  }

  @BeforeEach
  void load() throws IOException {
    file = Files.writeString(folder.resolve("ca.pem"), one);
    authorities =
        new ReloadingAuthorities(
            Authorities.ofSystem(), Optional.of(file), events, task -> files.execute(task), PASSED);
  }

  private void replace(String content) throws IOException {
    var fresh = Files.writeString(folder.resolve("fresh"), content);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void count_once_it_is_replaced_or_written_over() throws IOException {
    assertThat(trusted(authorities)).isEqualTo(1);
    replace(both);
    assertThat(trusted(authorities)).isEqualTo(2);
    assertThat(trusted(authorities)).isEqualTo(2);
    assertThat(events.all()).isEqualTo(List.of(new AuthoritiesReloaded()));
    Files.writeString(file, one);
    assertThat(trusted(authorities)).isEqualTo(1);
  }

  @Test
  void count_once_a_link_on_its_way_is_set_anew() throws IOException {
    var first = Files.createDirectory(folder.resolve("..1"));
    var second = Files.createDirectory(folder.resolve("..2"));
    Files.writeString(first.resolve("ca.pem"), one);
    Files.writeString(second.resolve("ca.pem"), both);
    var data = Files.createSymbolicLink(folder.resolve("..data"), first);
    var mounted = Files.createSymbolicLink(folder.resolve("mounted"), data.resolve("ca.pem"));
    var linked =
        new ReloadingAuthorities(
            Authorities.ofSystem(), Optional.of(mounted), events, files, PASSED);
    var fresh = Files.createSymbolicLink(folder.resolve("..tmp"), second);
    Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(trusted(linked)).isEqualTo(2);
  }

  @Test
  void stay_when_it_becomes_unusable_or_vanishes_which_is_told_once_until_it_is_usable_again()
      throws IOException {
    replace("no certificate");
    assertThat(trusted(authorities)).isEqualTo(1);
    assertThat(trusted(authorities)).isEqualTo(1);
    assertThat(events.all())
        .singleElement()
        .isInstanceOfSatisfying(
            AuthoritiesUnreadable.class, told -> assertThat(told.reason()).contains("ca.pem"));
    replace(both);
    assertThat(trusted(authorities)).isEqualTo(2);
    Files.delete(file);
    assertThat(trusted(authorities)).isEqualTo(2);
    assertThat(trusted(authorities)).isEqualTo(2);
    assertThat(events.of(AuthoritiesUnreadable.class)).hasSize(2);
  }

  @Test
  void stay_while_reading_it_hangs_and_no_other_read_begins() throws IOException {
    files = hanging::add;
    load();
    replace(both);
    assertThat(trusted(authorities)).isEqualTo(1);
    assertThat(trusted(authorities)).isEqualTo(1);
    assertThat(hanging).hasSize(1);
    hanging.remove().run();
    files = Runnable::run;
    assertThat(trusted(authorities)).isEqualTo(2);
    assertThat(events.all()).containsExactly(new AuthoritiesReloaded());
  }
}
