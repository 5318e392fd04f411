package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.file.Folder.Stored;
import dev.kmsagent.adapters.cache.file.SealedRecords.Dated;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.domain.port.out.DurableRecords.Fact;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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

  /** Has a folder; it changes nothing, and reads no file of a secret yet. */
  static OpenFolder of(Folder files, CacheFolder.Settings settings, Means means)
      throws IOException {
    var found = own(files);
    var latest = found.isEmpty() ? Instant.MIN : found.getLast().date();
    var records = new SealedRecords(files, settings.sealingKeys());
    var clocks = means.timing().clocks();
    var time =
        FolderTime.of(
            records, settings.boot().get(), clocks.wall().instant(), latest, clocks.agent());
    var folder = new OpenFolder(files, records, time, settings);
    found.stream()
        .filter(it -> isSecret(it) && !folder.isOver(it))
        .forEach(it -> folder.count(it.name(), it.size()));
    return folder;
  }

  /** The agent's files; the one that was written longest ago comes first. */
  private static List<Stored> own(Folder files) throws IOException {
    return files.list().stream()
        .filter(it -> isSecret(it) || it.name().startsWith(SealedRecords.PREFIX))
        .sorted(Comparator.comparing(Stored::date))
        .toList();
  }

  private static boolean isSecret(Stored file) {
    return file.name().startsWith(PREFIX);
  }

  /** Whether nothing in it counts any more. */
  private boolean isOver(Stored file) {
    return file.date().plus(settings.life()).isBefore(time.now());
  }

  FolderTime time() {
    return time;
  }

  SealedRecords records() {
    return records;
  }

  /** A record, unless it is over, or dated later than now. */
  Optional<Fact> fact(Dated dated) {
    var now = time.now();
    var until = dated.date().plus(settings.freshness().maxStale());
    return now.isBefore(dated.date()) || !now.isBefore(until)
        ? Optional.empty()
        : Optional.of(new Fact(dated.text(), time.toAgent(dated.date()), time.toAgent(until)));
  }

  /** How many secrets there are. */
  int secrets() {
    return sizes.size();
  }

  /** What is there of a secret. */
  SecretFile secret(String hash) throws IOException {
    return files
        .read(PREFIX + hash)
        .map(it -> SecretFile.parse(it, time.now()))
        .orElse(SecretFile.EMPTY);
  }

  /** Replaces the file of a secret, and makes room if there is too much. */
  void keep(String hash, SecretFile secret, boolean durable) throws IOException {
    var content = secret.bytes();
    files.write(PREFIX + hash, content, time.now(), durable);
    count(PREFIX + hash, content.length);
    var oldest = new ArrayList<String>();
    while (sizes.size() > settings.files() || bytes > settings.bytes()) {
      oldest.add(sizes.firstEntry().getKey());
      uncount(oldest.getLast());
    }
    files.remove(oldest);
  }

  /** Removes the file of a secret. */
  void remove(String hash) throws IOException {
    files.remove(List.of(PREFIX + hash));
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

  /** Removes the agent's files in which nothing counts any more, and notes the time. */
  void sweep() throws IOException {
    var over = own(files).stream().filter(this::isOver).map(Stored::name).toList();
    files.remove(over);
    over.forEach(this::uncount);
    noteTime();
  }

  /** For the next process; fails on a disk that takes nothing. */
  void noteTime() throws IOException {
    time.note(records, settings.boot().get());
  }

  void close() throws IOException {
    files.close();
  }
}
