package dev.kmsagent.adapters.cache.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.domain.port.out.DurableRecords;
import dev.kmsagent.domain.port.out.DurableRecords.Fact;
import dev.kmsagent.testkit.DurableRecordsContract;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Facts that outlive a restart, for as long as they count. */
class RecordsTest {
  private static final List<String> ROLE = List.of("principal", "EcsRole", "app");
  private static final List<String> OTHER = List.of("principal", "EcsRole", "mq");
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Machine machine = new Machine();
  private DurableRecords records = machine.records(machine.start());

  @Nested
  class Keep_the_contract implements DurableRecordsContract {
    @Override
    public DurableRecords records() {
      return records;
    }

    @Override
    public VirtualTime time() {
      return machine.time;
    }

    @Override
    public Duration life() {
      return Machine.STALE;
    }
  }

  private void restart() {
    records = machine.records(machine.restart());
  }

  private void keep(List<String> name, String text) {
    records.keep(name, text);
  }

  /** A second after all before. */
  private void erase(List<String> name) {
    machine.time.advance(Duration.ofSeconds(1));
    assertThat(records.erase(name)).isCompleted();
  }

  private Optional<Fact> find(List<String> name) {
    return records.find(name).toCompletableFuture().resultNow();
  }

  private void assertKept(List<String> name, String text) {
    assertThat(find(name).map(Fact::text)).contains(text);
  }

  private void assertAbsent(List<String> name) {
    assertThat(find(name)).isEmpty();
  }

  @Test
  void a_record_is_found_after_a_restart_with_its_dates_by_the_clock_of_the_new_agent() {
    keep(ROLE, "acs:ram::1:role/app\nand more");
    machine.time.advance(Duration.ofMinutes(1));
    machine.wallAhead = Duration.ofDays(-1);
    restart();
    var at = machine.wall().minusSeconds(60);
    assertThat(find(ROLE))
        .contains(new Fact("acs:ram::1:role/app\nand more", at, at.plus(Machine.STALE)));
  }

  /** The date of its file was lost, and the wall clock is wrong after a boot. */
  @Test
  void a_record_that_is_dated_later_than_now_does_not_count() {
    keep(ROLE, "one");
    for (var name : machine.disk.names()) {
      machine.disk.overwrite(name, machine.disk.content(name), machine.wall().minusSeconds(9));
    }
    machine.reboot();
    machine.wallAhead = Duration.ofSeconds(-5);
    restart();
    assertAbsent(ROLE);
  }

  @Test
  void what_was_erased_is_gone_after_a_loss_of_power() {
    for (var seed = 0; seed < 20; seed++) {
      keep(ROLE, "one");
      erase(ROLE);
      machine.disk.losePower(new SplittableRandom(seed));
      restart();
      assertAbsent(ROLE);
      machine.time.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void without_a_disk_nothing_is_found_kept_or_erased_and_each_stage_completes() {
    keep(ROLE, "one");
    restart();
    machine.disk.fail();
    assertAbsent(ROLE);
    keep(ROLE, "two");
    erase(ROLE);
  }

  @Nested
  class An_erasure {
    @Test
    void that_failed_is_repeated_and_hides_its_record_until_it_is_done() {
      keep(ROLE, "one");
      machine.disk.fail();
      erase(ROLE);
      machine.disk.recover();
      assertAbsent(ROLE);
      machine.time.advance(PAUSE);
      restart();
      assertAbsent(ROLE);
    }

    @Test
    void is_not_repeated_once_there_is_a_new_record() {
      keep(ROLE, "one");
      machine.disk.fail();
      erase(ROLE);
      machine.disk.recover();
      machine.time.advance(Duration.ofSeconds(1));
      keep(ROLE, "two");
      machine.time.advance(PAUSE);
      assertKept(ROLE, "two");
    }
  }

  @Nested
  class On_a_full_disk {
    @Test
    void a_record_is_erased() {
      keep(ROLE, "one");
      machine.disk.becomeFull();
      erase(ROLE);
      assertAbsent(ROLE);
    }
  }

  @Nested
  class Sealed {
    private static final String TEXT = "acs:ram::1:role/app";

    private String fileOf(List<String> name) {
      var before = machine.disk.names();
      keep(name, TEXT);
      var files = machine.disk.names();
      files.removeAll(before);
      return files.getFirst();
    }

    @Test
    void with_the_first_key_a_record_opens_with_any() {
      keep(ROLE, TEXT);
      machine.sealingKeys = List.of(SealingFixtures.key(2), SealingFixtures.KEY);
      restart();
      assertKept(ROLE, TEXT);
      machine.time.advance(Duration.ofSeconds(1));
      keep(ROLE, TEXT);
      machine.sealingKeys = List.of(SealingFixtures.key(2));
      restart();
      assertKept(ROLE, TEXT);
    }

    @Test
    void under_an_old_key_a_record_is_erased_as_well() {
      keep(ROLE, TEXT);
      machine.sealingKeys = List.of(SealingFixtures.key(2), SealingFixtures.KEY);
      restart();
      erase(ROLE);
      assertAbsent(ROLE);
    }

    @Test
    void and_altered_anywhere_or_cut_a_record_counts_as_absent() {
      var file = fileOf(ROLE);
      var content = machine.disk.content(file);
      for (var i = 0; i < content.length; i++) {
        var altered = content.clone();
        altered[i] ^= 1;
        assertAbsentWith(file, altered);
        assertAbsentWith(file, Arrays.copyOf(content, i));
      }
      machine.disk.overwrite(file, content, machine.wall());
      restart();
      assertKept(ROLE, TEXT);
    }

    private void assertAbsentWith(String file, byte[] content) {
      machine.disk.overwrite(file, content, machine.wall());
      restart();
      assertAbsent(ROLE);
    }

    @Test
    void and_copied_to_the_name_of_another_a_record_counts_as_absent() {
      var file = fileOf(ROLE);
      var other = fileOf(OTHER);
      machine.disk.overwrite(other, machine.disk.content(file), machine.wall());
      restart();
      assertAbsent(OTHER);
    }
  }

  @Nested
  class A_snapshot_of_last_month {
    private void restore() {
      keep(ROLE, "one");
      var snapshot = machine.disk.snapshot();
      machine.time.advance(Duration.ofDays(30));
      erase(ROLE);
      machine.disk.restore(snapshot);
    }

    @Test
    void is_over_in_the_same_run_of_the_machine_whatever_the_wall_clock_shows() {
      restore();
      machine.wallAhead = Duration.ofDays(-30);
      restart();
      assertAbsent(ROLE);
    }

    @Test
    void is_over_after_a_boot_by_the_wall_clock() {
      restore();
      machine.reboot();
      restart();
      assertAbsent(ROLE);
    }
  }
}
