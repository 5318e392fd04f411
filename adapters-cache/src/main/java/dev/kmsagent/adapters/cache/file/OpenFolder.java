package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.file.Folder.Stored;
import dev.kmsagent.adapters.cache.file.SealedRecords.Dated;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.domain.port.out.DurableRecords.Fact;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A folder with its time, and a bound on the files of secrets. One thread may read while another
 * one writes.
 */
final class OpenFolder {
  private static final String PREFIX = "s-";

  private final Folder files;
  private final SealedRecords records;
  private final FolderTime time;
  private final CacheFolder.Settings settings;

  /** The sizes of the files of secrets; the one that was written longest ago comes first. */
  private final SequencedMap<String, Long> sizes = new LinkedHashMap<>();

  private long bytes;

  private OpenFolder(
      Folder files, SealedRecords records, FolderTime time, CacheFolder.Settings settings) {
    this.files = files;
    this.records = records;
    this.time = time;
    this.settings = settings;
  }

  /** Has a folder; it reads no file of a secret yet. */
  static OpenFolder of(Folder files, CacheFolder.Settings settings, Means means)
      throws IOException {
    var found = files.list();
    var records = new SealedRecords(files, settings.sealingKeys());
    var latest =
        found.stream().map(Stored::date).max(Comparator.naturalOrder()).orElse(Instant.MIN);
    var clocks = means.timing().clocks();
    var time =
        FolderTime.of(
            records, settings.boot().get(), clocks.wall().instant(), latest, clocks.agent());
    var folder = new OpenFolder(files, records, time, settings);
    found.stream()
        .filter(it -> it.name().startsWith(PREFIX))
        .sorted(Comparator.comparing(Stored::date))
        .forEach(it -> folder.count(it.name(), it.size()));
    return folder;
  }

  FolderTime time() {
    return time;
  }

  SealedRecords records() {
    return records;
  }

  /** A record, unless it is over. */
  Optional<Fact> fact(Dated dated) {
    var at = time.toAgent(dated.date());
    var until = at.plus(settings.recordsLife());
    return time.agent().instant().isBefore(until)
        ? Optional.of(new Fact(dated.text(), at, until))
        : Optional.empty();
  }

  /** How many secrets there are. */
  int secrets() {
    return sizes.size();
  }

  /** The file of a secret, unless it is over or broken. */
  Optional<SecretFile> secret(String hash) throws IOException {
    return files
        .read(PREFIX + hash)
        .flatMap(SecretFile::parse)
        .filter(it -> time.now().isBefore(it.end()));
  }

  /** Replaces the file of a secret, and makes room if there is too much. */
  void keep(String hash, SecretFile secret, boolean durable) throws IOException {
    var content = secret.bytes();
    files.write(PREFIX + hash, content, time.now(), durable);
    count(PREFIX + hash, content.length);
    while (sizes.size() > settings.files() || bytes > settings.bytes()) {
      var first = sizes.firstEntry().getKey();
      files.remove(first);
      uncount(first);
    }
  }

  /** Removes the file of a secret. */
  void remove(String hash) throws IOException {
    files.remove(PREFIX + hash);
    uncount(PREFIX + hash);
  }

  private void count(String name, long size) {
    uncount(name);
    sizes.putLast(name, size);
    bytes += size;
  }

  private void uncount(String name) {
    var size = sizes.remove(name);
    bytes -= size == null ? 0 : size;
  }

  /** Removes what is over, broken or unfinished, or no file of an agent. */
  void sweep() throws IOException {
    var recordsEnd = time.now().minus(settings.recordsLife());
    for (var file : files.list()) {
      var name = file.name();
      var isOfUse =
          name.startsWith(PREFIX)
              ? secret(name.substring(PREFIX.length())).isPresent()
              : name.startsWith(SealedRecords.PREFIX) && file.date().isAfter(recordsEnd);
      if (!isOfUse) {
        files.remove(name);
        uncount(name);
      }
    }
  }

  void probe() throws IOException {
    files.probe();
  }

  void close() throws IOException {
    files.close();
  }
}
