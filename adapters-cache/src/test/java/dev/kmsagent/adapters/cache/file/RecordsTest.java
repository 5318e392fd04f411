package dev.kmsagent.adapters.cache.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import dev.kmsagent.testkit.DurableRecordContract;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Facts that outlive a restart, for as long as they count. */
class RecordsTest {
  private static final List<String> ROLE = List.of("principal", "EcsRole", "app");
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Machine machine = new Machine();
  private DurableRecord records = machine.records(machine.start());

  @Nested
  class Keep_the_contract implements DurableRecordContract {
    @Override
    public DurableRecord records() {
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

  private DurableRecord named(List<String> name) {
    return records.under(name.toArray(String[]::new));
  }

  private void keep(List<String> name, String text) {
    named(name).keep(text);
  }

  /** A second after all before. */
  private void erase(List<String> name) {
    machine.time.advance(Duration.ofSeconds(1));
    assertThat(named(name).erase()).isCompleted();
  }

  private Optional<Fact> find(List<String> name) {
    return named(name).find().toCompletableFuture().resultNow();
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
}
