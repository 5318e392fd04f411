package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.file.SealedRecords.Dated;
import dev.kmsagent.domain.port.out.DurableRecords;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The records in the folder of a cache. Thread-safe. */
record FileRecords(CacheFolder folder) implements DurableRecords {
  @Override
  public CompletionStage<Optional<Fact>> find(List<String> name) {
    return folder
        .read(opened -> opened.records().read(name).flatMap(opened::fact))
        .thenApply(result -> result.answered().flatMap(it -> it));
  }

  @Override
  public CompletionStage<?> keep(List<String> name, String text) {
    return folder.write(
        opened -> {
          opened.records().write(name, new Dated(opened.time().now(), text));
          return text;
        });
  }

  @Override
  public CompletionStage<?> erase(List<String> name) {
    return folder.write(
        opened -> {
          opened.records().remove(name);
          return name;
        });
  }
}
