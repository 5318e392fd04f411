package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.SealingFixtures;
import dev.kmsagent.adapters.cache.file.Boot;
import dev.kmsagent.adapters.cache.file.FaultyFolder;
import dev.kmsagent.adapters.cache.file.FolderSettings;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.VirtualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Nested;

/** A cache does over a folder what it does over Redis. */
class StoreInFolderTest {
  private static FakeEntryStore inFolder(InstantSource clock, Executor executor) {
    var disk = new FaultyFolder();
    var freshness = new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(2));
    var settings =
        new FolderSettings(
            1000,
            64 << 20,
            freshness,
            List.of(SealingFixtures.KEY),
            () -> new Boot("", Duration.ZERO));
    var timing = new TimeSources(Clocks.of(clock), new VirtualTime(), () -> 0.5);
    var means = new Means(timing, Runnable::run, new SecureRandom(), _ -> {});
    var folder = disk.inNewProcess(settings, Runnable::run, Runnable::run, means);
    return new FakeEntryStore(folder, disk, executor);
  }

  @Nested
  class Copies extends SharedSecretCacheTest {
    @Override
    FakeEntryStore store(InstantSource clock, Executor executor) {
      return inFolder(clock, executor);
    }
  }

  @Nested
  class Refusals extends RevocationsTest {
    @Override
    FakeEntryStore store(InstantSource clock, Executor executor) {
      return inFolder(clock, executor);
    }
  }

  @Nested
  class What_was_altered extends TamperingTest {
    @Override
    FakeEntryStore store(InstantSource clock, Executor executor) {
      return inFolder(clock, executor);
    }
  }

  @Nested
  class Principals extends PartitionsTest {
    @Override
    FakeEntryStore store(InstantSource clock, Executor executor) {
      return inFolder(clock, executor);
    }
  }
}
