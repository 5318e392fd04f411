package dev.kmsagent.adapters.cache.file;

import static dev.kmsagent.adapters.cache.shared.EntryStoreContract.result;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult.Answered;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoredEntries;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.domain.event.CacheEvent.CacheRestored;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent finds that another one left in the folder, and what time it is then. */
class RestartTest {
  private static final EntryCodec CODEC = SealingFixtures.CODEC;
  private static final EntryKey KEY = CODEC.key(Secrets.current("app/db"));
  private static final EntryKey VERSION = CODEC.key(Secrets.byId("app/db", "v1"));
  private static final Duration LIFE = Machine.TTL.plus(Machine.STALE);

  private final Machine machine = new Machine();
  private EntryStore store = machine.start();

  private void restart() {
    store = machine.restart();
  }

  private static EntryKey secret(int number) {
    return CODEC.key(Secrets.current("app/" + number));
  }

  private Envelope entry(EntryKey key) {
    var now = now();
    var secret = Secrets.text("app/db", "v1", "hunter2");
    return CODEC.seal(
        key, new Content.Entry(secret, now, now, now.plus(Machine.TTL), now.plus(LIFE)));
  }

  /** By the folder's clock. */
  private Instant now() {
    return ((Answered<StoredEntries>) result(store.read(KEY))).at();
  }

  private Envelope write(EntryKey key) {
    var entry = entry(key);
    assertThat(result(store.write(key, entry, LIFE)).answered()).contains(Written.KEPT);
    return entry;
  }

  private Envelope revoke(EntryKey key) {
    var tombstone = CODEC.seal(key, new Content.Tombstone(now(), now().plus(LIFE)));
    assertThat(result(store.revoke(key, tombstone, LIFE, RevokeCondition.ALWAYS)).answered())
        .contains(Revoked.STORED);
    return tombstone;
  }

  private void assertStored(EntryKey key, Envelope envelope) {
    assertThat(result(store.read(key)).answered().orElseThrow().entry()).contains(envelope);
  }

  private void assertAbsent(EntryKey key) {
    assertThat(result(store.read(key)).answered().orElseThrow().entry()).isEmpty();
  }

  private void losePower(SplittableRandom random) {
    machine.disk.losePower(random);
    machine.reboot();
    restart();
  }

  @Test
  void finds_all_versions_of_a_secret_and_tells_how_many_secrets_there_are() {
    var current = write(KEY);
    var version = write(VERSION);
    var other = write(secret(1));
    restart();
    assertStored(KEY, current);
    assertStored(VERSION, version);
    assertStored(secret(1), other);
    assertThat(machine.events.of(CacheRestored.class))
        .containsExactly(new CacheRestored(0), new CacheRestored(2));
  }

  @Test
  void counts_no_secret_as_restored_of_which_all_is_over() {
    write(KEY);
    machine.time.advance(LIFE.plusMinutes(10));
    restart();
    now();
    assertThat(machine.events.of(CacheRestored.class).getLast()).isEqualTo(new CacheRestored(0));
  }

  @Test
  void what_does_not_count_any_more_is_removed_within_an_hour() {
    write(KEY);
    machine.disk.overwrite("s-garbage", new byte[9], machine.time.instant());
    machine.disk.overwrite("r-garbage", new byte[9], machine.time.instant());
    machine.time.advance(LIFE);
    assertThat(machine.disk.names()).contains(FaultyFolder.name(KEY), "s-garbage", "r-garbage");
    machine.time.advance(Duration.ofHours(2));
    assertThat(machine.disk.isEmpty()).isTrue();
    assertThat(machine.disk.names()).doesNotContain("r-garbage").hasSize(1);
  }

  @Test
  void files_of_others_are_left_alone_and_tell_no_time() {
    machine.disk.overwrite("notes.txt", new byte[9], Instant.parse("2099-01-01T00:00:00Z"));
    machine.disk.overwrite("new", new byte[9], Instant.parse("2099-01-01T00:00:00Z"));
    machine.reboot();
    restart();
    assertThat(now()).isEqualTo(machine.time.instant());
    assertThat(machine.disk.names()).contains("notes.txt");
  }

  @Test
  void a_file_that_was_cut_anywhere_or_is_empty_counts_as_absent_and_is_replaced() {
    write(KEY);
    write(VERSION);
    var name = FaultyFolder.name(KEY);
    var whole = machine.disk.content(name);
    for (var length : IntStream.range(0, whole.length).toArray()) {
      machine.disk.overwrite(name, Arrays.copyOf(whole, length), machine.time.instant());
      assertAbsent(KEY);
      assertAbsent(VERSION);
    }
    assertStored(KEY, write(KEY));
  }

  @Test
  void a_file_of_another_format_counts_as_absent() {
    write(KEY);
    var content = machine.disk.content(FaultyFolder.name(KEY));
    assertThat(new String(content, 2, 11, ISO_8859_1)).isEqualTo("kms-agent 1");
    content[12]++;
    machine.disk.overwrite(FaultyFolder.name(KEY), content, machine.time.instant());
    assertAbsent(KEY);
  }

  @Test
  void an_envelope_that_is_dated_later_or_too_long_counts_as_absent() {
    var later = CODEC.seal(KEY, new Content.Tombstone(now().plusSeconds(2), now().plus(LIFE)));
    machine.disk.overwrite(KEY, later);
    assertAbsent(KEY);
    machine.disk.overwrite(KEY, new Envelope(new byte[Envelope.LONGEST + 1]));
    assertAbsent(KEY);
    var soon = CODEC.seal(KEY, new Content.Tombstone(now().plusSeconds(1), now().plus(LIFE)));
    machine.disk.overwrite(KEY, soon);
    assertStored(KEY, soon);
  }

  /** Each time chance decides again on what was not synced. */
  @RepeatedTest(50)
  void after_a_loss_of_power_an_entry_is_there_or_not_and_what_was_refused_is_not(
      RepetitionInfo number) {
    var random = new SplittableRandom(number.getCurrentRepetition());
    var refused = write(KEY);
    var kept = write(secret(1));
    var tombstone = revoke(KEY);
    write(VERSION);
    losePower(random);
    var found = result(store.read(KEY)).answered().orElseThrow().entry();
    assertThat(found.filter(refused::equals)).isEmpty();
    assertThat(found.orElse(tombstone)).isEqualTo(tombstone);
    var other = result(store.read(secret(1))).answered().orElseThrow().entry();
    assertThat(other.orElse(kept)).isEqualTo(kept);
  }

  @Test
  void a_tombstone_is_there_after_a_loss_of_power() {
    for (var seed = 0; seed < 20; seed++) {
      write(KEY);
      var tombstone = revoke(KEY);
      losePower(new SplittableRandom(seed));
      assertStored(KEY, tombstone);
      machine.time.advance(Duration.ofSeconds(1));
    }
  }

  @Nested
  class Time {
    @ParameterizedTest
    @ValueSource(strings = {"P1D", "P-1D", "PT0S"})
    void goes_on_in_the_same_run_of_the_machine_whatever_the_wall_clock_shows(Duration step) {
      var entry = write(KEY);
      machine.time.advance(Duration.ofMinutes(1));
      machine.wallAhead = step;
      restart();
      assertThat(now()).isEqualTo(machine.time.instant());
      assertStored(KEY, entry);
      machine.time.advance(Duration.ofMinutes(1));
      machine.wallAhead = Duration.ZERO;
      restart();
      assertThat(now()).isEqualTo(machine.time.instant());
      assertStored(KEY, entry);
    }

    /** Longer than a note of the time is kept by itself. */
    @Test
    void goes_on_in_a_run_of_the_machine_that_lasts_for_months() {
      now();
      for (var day = 0; day < 60; day++) {
        machine.time.advance(Duration.ofDays(1));
      }
      machine.wallAhead = Duration.ofDays(-1);
      restart();
      assertThat(now()).isEqualTo(machine.time.instant());
    }

    @Test
    void of_a_disk_that_is_full_at_first_goes_on_once_it_has_room() {
      machine.reboot();
      machine.disk.becomeFull();
      machine.wallAhead = Duration.ofDays(-1);
      restart();
      now();
      machine.disk.recover();
      machine.time.advance(Duration.ofHours(1));
      var known = now();
      machine.wallAhead = Duration.ZERO;
      restart();
      assertThat(now()).isEqualTo(known);
    }

    @Test
    void after_a_boot_is_that_of_the_wall_clock() {
      write(KEY);
      machine.time.advance(Duration.ofHours(1));
      machine.reboot();
      machine.time.advance(Duration.ofHours(3));
      machine.wallAhead = Duration.ofMinutes(7);
      restart();
      assertThat(now()).isEqualTo(machine.wall());
    }

    @Test
    void after_a_boot_is_never_before_the_latest_date_in_the_folder() {
      machine.time.advance(Duration.ofHours(1));
      write(KEY);
      var latest = now();
      machine.time.advance(Duration.ofMinutes(1));
      machine.reboot();
      machine.wallAhead = Duration.ofDays(-20_000);
      restart();
      assertThat(now()).isEqualTo(latest);
      machine.time.advance(Duration.ofMinutes(1));
      restart();
      assertThat(now()).isEqualTo(latest.plusSeconds(60));
    }

    /** As in a container of LXC, which has an uptime of its own. */
    @Test
    void with_an_uptime_that_went_back_is_that_of_the_wall_clock() {
      now();
      machine.time.advance(Duration.ofMinutes(90));
      machine.reboot();
      machine.bootId = "boot";
      restart();
      assertThat(now()).isEqualTo(machine.wall());
    }

    @Test
    void of_machines_that_do_not_tell_their_run_is_that_of_the_wall_clock() {
      machine.bootId = "";
      restart();
      now();
      machine.wallAhead = Duration.ofMinutes(7);
      restart();
      assertThat(now()).isEqualTo(machine.wall());
    }

    @Test
    void of_a_note_under_another_key_is_that_of_the_wall_clock_and_under_an_old_one_goes_on() {
      now();
      machine.wallAhead = Duration.ofMinutes(7);
      machine.sealingKeys = List.of(SealingFixtures.key(2), SealingFixtures.KEY);
      restart();
      assertThat(now()).isEqualTo(VirtualTime.START);
      machine.sealingKeys = List.of(SealingFixtures.key(3));
      restart();
      assertThat(now()).isEqualTo(machine.wall());
    }
  }

  @Nested
  class A_bound {
    @Test
    void on_files_drops_the_secret_that_was_written_longest_ago_also_after_a_restart() {
      machine.files = 3;
      restart();
      for (var number : List.of(1, 2, 3, 1)) {
        write(secret(number));
        machine.time.advance(Duration.ofSeconds(1));
      }
      restart();
      write(secret(4));
      assertAbsent(secret(2));
      assertThat(machine.disk.names()).hasSize(3 + 1);
      write(secret(3));
      write(secret(5));
      assertAbsent(secret(1));
    }

    @Test
    void on_bytes_drops_as_many_as_it_takes() {
      var size = machine.disk.size();
      write(secret(1));
      var one = machine.disk.content(FaultyFolder.name(secret(1))).length;
      machine.bytes = 3L * one;
      restart();
      for (var number : List.of(2, 3, 4)) {
        write(secret(number));
      }
      assertAbsent(secret(1));
      assertThat(machine.disk.size() - size).isLessThan(3L * one + one);
      machine.bytes = one;
      restart();
      write(secret(5));
      assertThat(machine.disk.names()).hasSize(1 + 1);
    }

    @Test
    void on_bytes_counts_a_secret_once_however_often_it_is_written() {
      write(secret(1));
      machine.bytes = 3L * machine.disk.content(FaultyFolder.name(secret(1))).length;
      restart();
      for (var i = 0; i < 10; i++) {
        write(secret(2));
      }
      assertThat(machine.disk.names()).contains(FaultyFolder.name(secret(1)));
    }

    @Test
    void less_than_one_secret_keeps_none() {
      machine.bytes = 10;
      restart();
      write(secret(1));
      assertAbsent(secret(1));
    }

    /** A refusal of what is not there any more is written nowhere. */
    @RepeatedTest(20)
    void drops_so_that_no_loss_of_power_brings_back_what_is_refused_then(RepetitionInfo number) {
      machine.files = 1;
      restart();
      write(KEY);
      write(secret(1));
      var tombstone = CODEC.seal(KEY, new Content.Tombstone(now(), now().plus(LIFE)));
      assertThat(result(store.revoke(KEY, tombstone, LIFE, RevokeCondition.IF_STORED)).answered())
          .contains(Revoked.UNNEEDED);
      losePower(new SplittableRandom(number.getCurrentRepetition()));
      assertAbsent(KEY);
    }
  }

  @Test
  void the_names_of_files_and_their_contents_disclose_nothing() {
    write(KEY);
    for (var name : machine.disk.names()) {
      assertThat(name).matches("[a-z-]+-[A-Za-z0-9_-]{22}|time");
      assertThat(new String(machine.disk.content(name), ISO_8859_1))
          .doesNotContain("hunter2", "app/db", SealingFixtures.PRINCIPAL, "boot");
    }
  }
}
