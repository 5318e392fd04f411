package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.memory.CaffeineSecretCache;
import dev.kmsagent.adapters.cache.shared.CircuitBreakingEntryStore;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.adapters.cache.shared.Partitions;
import dev.kmsagent.adapters.cache.shared.SharedRecord;
import dev.kmsagent.adapters.cache.shared.SharedSecretCache;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A machine with a disk, on which one agent after the other runs, in virtual time. */
final class Machine {
  static final Duration TTL = Duration.ofMinutes(5);
  static final Duration STALE = Duration.ofDays(1);

  final VirtualTime time = new VirtualTime();
  final FaultyFolder disk = new FaultyFolder();
  final RecordingEvents events = new RecordingEvents();

  /** By how much the wall clock is ahead. */
  Duration wallAhead = Duration.ZERO;

  /** How much the agent may keep. */
  int files = 1000;

  long bytes = 16 << 20;
  List<SealingKey> sealingKeys = List.of(SealingFixtures.KEY);
  String bootId = "boot";
  private Instant booted = time.instant().minus(Duration.ofHours(1));

  Machine() {}

  /** Starts another run of it, of which nothing but the wall clock tells how long it was off. */
  void reboot() {
    disk.kill();
    bootId += "+";
    booted = time.instant();
  }

  Instant wall() {
    return time.instant().plus(wallAhead);
  }

  Boot boot() {
    return new Boot(bootId, Duration.between(booted, time.instant()));
  }

  /**
   * What a process has that starts now: its clock is the wall clock of this moment, and goes on.
   */
  Means means() {
    var ahead = wallAhead;
    var clocks = new Clocks(() -> time.instant().plus(ahead), this::wall);
    return new Means(
        new TimeSources(clocks, time, () -> 0.5), Runnable::run, new SecureRandom(), events);
  }

  FolderSettings settings() {
    var freshness = new FreshnessPolicy(TTL, 0, 0.8, STALE);
    return new FolderSettings(files, bytes, freshness, sealingKeys, this::boot);
  }

  /** The folder in a process that starts now, in which each work is done at once. */
  FileEntryStore start() {
    return start(Runnable::run);
  }

  /** The same with a disk that is as slow as the executor. */
  FileEntryStore start(Executor disk) {
    return this.disk.inNewProcess(settings(), disk, disk, means());
  }

  /** The records in the folder, as an agent has them that starts now. */
  DurableRecord records(FileEntryStore folder) {
    var means = means();
    return SharedRecord.of(
        new SharedSecretCache.Local(
            new CaffeineSecretCache(100, 1 << 20, _ -> {}), 100, 1, Duration.ofDays(36_500)),
        new CircuitBreakingEntryStore(folder, means),
        new Partitions(
            () -> Optional.of(SharedRecord.OWNER),
            SealingFixtures.KMS,
            sealingKeys,
            FolderSettings.RECORDS,
            means.timing().clock()),
        STALE,
        means);
  }

  /** The folder in the next process, after the one before was killed. */
  FileEntryStore restart() {
    disk.kill();
    return start();
  }

  /** Returns once an agent that was closed does nothing any more in a folder on a real disk. */
  static void awaitEnd(Path path) {
    Patience.assertSoon(() -> isFree(path));
  }

  private static boolean isFree(Path path) {
    try (var _ = OwnedFolder.open(path)) {
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }
}
