package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.file.SealedRecords.Dated;
import dev.kmsagent.domain.port.out.DurableRecords;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The records in the folder of a cache. An erasure that failed is repeated. Thread-safe. */
final class FileRecords implements DurableRecords {
  private final CacheFolder folder;

  /** The latest erasure of a name, until it is done or there is a new record. */
  private final Map<List<String>, Object> erasures = new ConcurrentHashMap<>();

  FileRecords(CacheFolder folder) {
    this.folder = folder;
  }

  @Override
  public CompletionStage<Optional<Fact>> find(List<String> name) {
    return folder
        .read(opened -> opened.records().read(name).flatMap(opened::fact))
        .thenApply(result -> result.answered().flatMap(it -> it));
  }

  @Override
  public CompletionStage<?> keep(List<String> name, String text) {
    erasures.remove(name);
    return folder.write(
        opened -> {
          keep(opened.records(), name, new Dated(opened.time().now(), text));
          return text;
        });
  }

  /** On a full disk a record with another text goes: it does not hold any more. */
  private static void keep(SealedRecords records, List<String> name, Dated dated)
      throws IOException {
    try {
      records.write(name, dated);
    } catch (IOException full) {
      if (records.read(name).filter(it -> it.text().equals(dated.text())).isEmpty()) {
        records.remove(name);
      }
      throw full;
    }
  }

  @Override
  public CompletionStage<?> erase(List<String> name) {
    var erasure = new Object();
    erasures.put(name, erasure);
    return erase(name, erasure);
  }

  private CompletionStage<?> erase(List<String> name, Object erasure) {
    return folder
        .write(
            opened -> {
              if (erasure.equals(erasures.get(name))) {
                opened.records().remove(name);
              }
              return name;
            })
        .thenApply(
            result -> {
              if (result.answered().isPresent()) {
                erasures.remove(name, erasure);
              } else {
                folder.later(() -> erase(name, erasure));
              }
              return name;
            });
  }
}
