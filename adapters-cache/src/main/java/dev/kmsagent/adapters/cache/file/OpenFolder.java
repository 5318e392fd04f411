package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.file.Folder.Stored;
import dev.kmsagent.adapters.cache.shared.Means;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * A folder with its time, and a bound on the files of secrets. One thread may read while another
 * one writes.
 */
final class OpenFolder {
  private static final Pattern NAME = Pattern.compile("[\\w-]+-[\\w-]+|" + FolderTime.FILE);

  private final Folder files;
  private final FolderTime time;
  private final FolderSettings settings;

  /** The sizes of the files of secrets; the one that was written longest ago comes first. */
  private final SequencedMap<String, Long> sizes = new LinkedHashMap<>();

  private long bytes;

  private OpenFolder(Folder files, FolderTime time, FolderSettings settings) {
    this.files = files;
    this.time = time;
    this.settings = settings;
  }

  /** Has a folder; it changes nothing, and reads no file of a secret yet. */
  static OpenFolder of(Folder files, FolderSettings settings, Means means) throws IOException {
    var found = own(files);
    var latest = found.isEmpty() ? Instant.MIN : found.getLast().date();
    var clocks = means.timing().clocks();
    var time =
        FolderTime.of(
            files,
            settings.sealingKeys(),
            settings.boot().get(),
            clocks.wall().instant(),
            latest,
            clocks.agent());
    var folder = new OpenFolder(files, time, settings);
    found.stream()
        .filter(it -> isSecret(it) && !folder.isOver(it))
        .forEach(it -> folder.count(it.name(), it.size()));
    return folder;
  }

  /** The agent's files; the one that was written longest ago comes first. */
  private static List<Stored> own(Folder files) throws IOException {
    return files.list().stream()
        .filter(it -> NAME.matcher(it.name()).matches())
        .sorted(Comparator.comparing(Stored::date))
        .toList();
  }

  private static boolean isSecret(Stored file) {
    return isSecret(file.name());
  }

  /** Records are not counted: whoever has STS decide for many callers may not push secrets out. */
  static boolean isSecret(String name) {
    return !name.equals(FolderTime.FILE) && !name.startsWith(FolderSettings.RECORDS + '-');
  }

  /** Whether nothing in it counts any more. */
  private boolean isOver(Stored file) {
    return file.date().plus(settings.life()).isBefore(time.now());
  }

  FolderTime time() {
    return time;
  }

  /** How many secrets there are. */
  int secrets() {
    return sizes.size();
  }

  /** What is there of a secret. */
  SecretFile secret(String name) throws IOException {
    return files.read(name).map(it -> SecretFile.parse(it, time.now())).orElse(SecretFile.EMPTY);
  }

  /** Replaces the file of a secret, and makes room if there is too much. */
  void keep(String name, SecretFile secret, boolean durable) throws IOException {
    var content = secret.bytes();
    files.write(name, content, time.now(), durable);
    count(name, content.length);
    var oldest = new ArrayList<String>();
    while (sizes.size() > settings.files() || bytes > settings.bytes()) {
      oldest.add(sizes.firstEntry().getKey());
      uncount(oldest.getLast());
    }
    files.remove(oldest);
  }

  /** Removes the file of a secret. */
  void remove(String name) throws IOException {
    files.remove(List.of(name));
    uncount(name);
  }

  private void count(String name, long size) {
    uncount(name);
    if (isSecret(name)) {
      sizes.put(name, size);
      bytes += size;
    }
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
    time.note(files, settings.sealingKeys().getFirst(), settings.boot().get());
  }

  void close() throws IOException {
    files.close();
  }
}
