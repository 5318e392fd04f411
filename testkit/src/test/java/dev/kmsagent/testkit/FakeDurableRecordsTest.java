package dev.kmsagent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.port.out.DurableRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FakeDurableRecordsTest implements DurableRecordContract {
  private final VirtualTime time = new VirtualTime();
  private final FakeDurableRecords records = new FakeDurableRecords(time, life());

  @Override
  public DurableRecord records() {
    return records;
  }

  @Override
  public VirtualTime time() {
    return time;
  }

  @Override
  public Duration life() {
    return Duration.ofHours(1);
  }

  @Test
  void what_hangs_is_done_later_in_its_order_or_lost() {
    records.hang();
    records.under("grant").keep("");
    var found = records.under("grant").find().toCompletableFuture();
    assertThat(found).isNotDone();
    records.resume();
    assertThat(found.join()).isPresent();
    records.hang();
    var erased = records.under("grant").erase().toCompletableFuture();
    records.lose();
    assertThat(erased).isNotDone();
    assertThat(records.all()).containsKey(List.of("grant"));
  }
}
