package dev.kmsagent.adapters.cache.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.Means;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A folder on a disk in memory, which outlives processes. It fails, is full or takes no writes as
 * the test wants, and loses with the power what was not synced. A disk that is slow or hangs is an
 * executor that takes its time. Thread-safe.
 */
public final class FaultyFolder {
  private static final Instant FAR = Instant.ofEpochSecond(1L << 40);

  private final Map<String, Content> files = new TreeMap<>();

  /** What a file may be after a loss of power; empty: not there. */
  private final Map<String, List<Optional<Content>>> left = new TreeMap<>();

  private @Nullable Handle owner;
  private @Nullable String failure;
  private @Nullable String writeFailure;
  private Runnable meanwhile = () -> {};

  /**
   * A file.
   *
   * @param text its bytes, each as a character
   */
  private record Content(String text, Instant date) {
    static Content of(byte[] bytes, Instant date) {
      return new Content(new String(bytes, ISO_8859_1), date);
    }

    byte[] bytes() {
      return text.getBytes(ISO_8859_1);
    }

    Content cut(int length) {
      return new Content(text.substring(0, length), date);
    }
  }

  /**
   * The folder as a process has it that starts now. It is opened once it is used, and can be as
   * soon as the process before has closed it or was killed.
   */
  public FileEntryStore inNewProcess(
      FolderSettings settings, Executor reading, Executor writing, Means means) {
    return new FileEntryStore(new DiskThreads(this::open, settings, reading, writing, means));
  }

  synchronized Folder open() throws IOException {
    check(failure);
    if (owner != null) {
      throw new FolderException(Cause.NOT_READY, "another agent has the folder");
    }
    var handle = new Handle();
    owner = handle;
    done();
    return handle;
  }

  /** The process that has it ends in this moment, and does nothing any more. */
  public synchronized void kill() {
    owner = null;
  }

  /** Nothing works from now on. */
  public synchronized void fail() {
    failure = "Input/output error";
  }

  /** No file can be written from now on; to remove one works. */
  public synchronized void becomeFull() {
    writeFailure = "No space left on device";
  }

  /** Nothing can be changed from now on. */
  public synchronized void becomeReadOnly() {
    writeFailure = "Read-only file system";
  }

  /** All works from now on. */
  public synchronized void recover() {
    failure = null;
    writeFailure = null;
  }

  /** Done within the next operation, after it took effect. */
  public synchronized void meanwhile(Runnable work) {
    meanwhile = work;
  }

  /** The machine loses power: the process ends, and chance decides on what was not synced. */
  public synchronized void losePower(RandomGenerator random) {
    kill();
    left.forEach((name, states) -> put(name, states.get(random.nextInt(states.size()))));
    left.clear();
  }

  /** The names of all files. */
  public synchronized SortedSet<String> names() {
    return new TreeSet<>(files.keySet());
  }

  /** The bytes of all files. */
  public synchronized long size() {
    return files.values().stream().mapToLong(file -> file.text().length()).sum();
  }

  /** A copy of all files, as somebody makes it who can read the disk. */
  public synchronized FaultyFolder snapshot() {
    var copy = new FaultyFolder();
    copy.restore(this);
    return copy;
  }

  /** Has the files of another one, with their dates, and no others. */
  public synchronized void restore(FaultyFolder other) {
    files.clear();
    left.clear();
    files.putAll(other.files);
  }

  synchronized byte[] content(String name) {
    return Objects.requireNonNull(files.get(name)).bytes();
  }

  /** Puts a file there as no agent does. */
  synchronized void overwrite(String name, byte[] content, Instant date) {
    files.put(name, Content.of(content, date));
    left.remove(name);
  }

  /** Puts something in a place as no agent does. */
  synchronized void overwrite(EntryKey key, Envelope anything) {
    var fields = new TreeMap<>(secret(key).fields());
    fields.put(key.field(), anything);
    overwrite(name(key), new SecretFile(fields).bytes(), Instant.EPOCH);
  }

  /** What is in a place, whatever it is. */
  synchronized Optional<Envelope> stored(EntryKey key) {
    return secret(key).get(key.field());
  }

  private SecretFile secret(EntryKey key) {
    return Optional.ofNullable(files.get(name(key)))
        .map(file -> SecretFile.parse(file.bytes(), FAR))
        .orElse(SecretFile.EMPTY);
  }

  static String name(EntryKey key) {
    return FileEntryStore.file(key);
  }

  /** Whether there is no secret in it. */
  synchronized boolean isEmpty() {
    return names().stream().noneMatch(OpenFolder::isSecret);
  }

  private void put(String name, Optional<Content> content) {
    content.ifPresentOrElse(it -> files.put(name, it), () -> files.remove(name));
  }

  private static void check(@Nullable String reason) throws IOException {
    if (reason != null) {
      throw new FileSystemException("entries", null, reason);
    }
  }

  /** The names are on the disk; a content that was not synced may be there in part. */
  private void syncNames() {
    left.replaceAll((name, _) -> torn(Optional.ofNullable(files.get(name))));
  }

  private static List<Optional<Content>> torn(Optional<Content> content) {
    var states = new ArrayList<>(List.of(content));
    content.ifPresent(
        it -> {
          states.add(Optional.of(it.cut(it.text().length() / 2)));
          states.add(Optional.of(it.cut(0)));
        });
    return states;
  }

  private void done() {
    var work = meanwhile;
    meanwhile = () -> {};
    work.run();
  }

  /** The folder, as one process has it. */
  private final class Handle implements Folder {
    @Override
    public Optional<byte[]> read(String name) throws IOException {
      synchronized (FaultyFolder.this) {
        begin();
        var found = Optional.ofNullable(files.get(name)).map(it -> it.bytes());
        done();
        return found;
      }
    }

    private void begin() throws IOException {
      check(owner == this ? failure : "the process has ended");
    }

    @Override
    public void write(String name, byte[] content, Instant date, boolean durable)
        throws IOException {
      synchronized (FaultyFolder.this) {
        begin();
        check(writeFailure);
        var before = Optional.ofNullable(files.get(name));
        var after = Optional.of(Content.of(content, date));
        left.computeIfAbsent(name, _ -> new ArrayList<>(List.of(before))).addAll(torn(after));
        put(name, after);
        if (durable) {
          left.remove(name);
          syncNames();
        }
        done();
      }
    }

    @Override
    public void remove(Collection<String> names) throws IOException {
      synchronized (FaultyFolder.this) {
        begin();
        if (writeFailure != null && writeFailure.startsWith("Read-only")) {
          check(writeFailure);
        }
        if (files.keySet().removeAll(names)) {
          left.keySet().removeAll(names);
          syncNames();
        }
        done();
      }
    }

    @Override
    public List<Stored> list() throws IOException {
      synchronized (FaultyFolder.this) {
        begin();
        return files.entrySet().stream()
            .map(it -> new Stored(it.getKey(), it.getValue().text().length(), it.getValue().date()))
            .toList();
      }
    }

    @Override
    public void close() {
      synchronized (FaultyFolder.this) {
        if (owner == this) {
          owner = null;
        }
      }
    }
  }
}
