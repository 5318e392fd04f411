package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.kmsagent.adapters.telemetry.JsonLine;
import dev.kmsagent.adapters.telemetry.LogQueue;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.domain.time.Clocks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * The file {@code kms-agent-audit.jsonl} of a folder. Each line is linked to the one before it. It
 * rolls by size and by day (UTC), to a name with the day and the number of its first line; rolled
 * files are deleted by age alone, and once all have a size no line is written. A file that was
 * moved away or replaced is noticed within a second, and the chain goes on in a new one. For one
 * thread.
 */
final class AuditFile implements LogQueue.Sink, Closeable {
  static final String NAME = "kms-agent-audit.jsonl";

  /** The field with the number of lines that a start finds missing. */
  static final String LINES_MISSING = "lines_missing";

  /** How often a file is looked for that was moved away, or can be deleted. */
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  private static final String ROLLED = "kms-agent-audit-*.jsonl*";
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd").withZone(ZoneOffset.UTC);

  private static final Pattern FIRST =
      Pattern.compile(
          "\\{\"sequence\":([0-9]{1,18}),.*\"time\":\"([-0-9]{10}).*\"chain\":\"([0-9a-f]{16})\".*"
              + "\"public_key\":\"([^\"]*)\".*");

  private final AuditConfig config;
  private final Optional<AuditKey> key;
  private final Clocks clocks;
  private final Path path;
  private final AuditHead head;
  private final List<KeyValuePair> findings = new ArrayList<>();
  private String chain;
  private volatile AuditChain place = AuditChain.EMPTY;
  private AuditHead.State known;
  private boolean isSigned = true;
  private @Nullable Opened opened;
  private Instant checked = Instant.MIN;

  /** The bytes of the open file, and of rolled ones. */
  private long size;

  private long rolled;

  /**
   * An open file.
   *
   * @param identity tells whether it is still the one of its name
   * @param day and number of its first line
   */
  private record Opened(FileChannel out, Object identity, String day, long first) {}

  private AuditFile(
      AuditConfig config, Optional<AuditKey> key, Clocks clocks, AuditHead head, String newChain) {
    this.config = config;
    this.key = key;
    this.clocks = clocks;
    this.path = config.folder().resolve(NAME);
    this.head = head;
    this.chain = newChain;
    this.known = new AuditHead.State(chain, place, 0);
  }

  /**
   * Opens the file of a folder, which it makes if necessary, and goes on with the chain that it
   * finds.
   *
   * @param newChain the id of the chain, if there is none yet
   * @throws IOException which says what to do
   */
  static AuditFile open(AuditConfig config, Optional<AuditKey> key, Clocks clocks, String newChain)
      throws IOException {
    Files.createDirectories(config.folder());
    var head = AuditHead.lock(config.folder());
    try {
      var file = new AuditFile(config, key, clocks, head, newChain);
      file.recover();
      return file;
    } catch (IOException unusable) {
      head.close();
      throw unusable;
    }
  }

  /** The end of the chain is that of the file, or what is known of it if that was moved away. */
  private void recover() throws IOException {
    var tail = cutTorn();
    var first = first();
    first.ifPresent(it -> chain = it.group(3));
    var before = head.read();
    before.ifPresent(it -> chain = it.chain());
    var ofHead = before.map(AuditHead.State::place).orElse(AuditChain.EMPTY);
    place = tail.flatMap(AuditLines.Tail::place).filter(it -> it.isBehind(ofHead)).orElse(ofHead);
    tail.ifPresent(
        it -> {
          find("torn_bytes", it.torn());
          find(LINES_MISSING, it.place().map(ofHead::linesAfter).orElse(0L));
        });
    find("lines_lost", before.map(AuditHead.State::lost).orElse(0L));
    if (first.isPresent() && !first.get().group(4).equals(publicKey())) {
      moveAway(first.get().group(2), Long.parseLong(first.get().group(1)));
    }
    try {
      open("started");
      deleteOld();
    } catch (IOException full) {
      if (!isUsable()) {
        throw full;
      }
      opened = null;
    }
  }

  /** Whether it is only the space that is missing: then each line tries to open the file. */
  private boolean isUsable() {
    return Files.isWritable(config.folder())
        && (Files.notExists(path, NOFOLLOW_LINKS)
            || (Files.isRegularFile(path, NOFOLLOW_LINKS) && Files.isWritable(path)));
  }

  private void find(String name, long count) {
    if (count > 0) {
      findings.add(new KeyValuePair(name, count));
    }
  }

  /** What was wrong with the end of the chain, for the line of the start. */
  List<KeyValuePair> findings() {
    return findings;
  }

  private String publicKey() {
    return key.map(AuditKey::publicKey).orElse("");
  }

  /** Cuts off what was written of a line; empty if there is no file. */
  private Optional<AuditLines.Tail> cutTorn() throws IOException {
    try (var file = FileChannel.open(path, READ, WRITE, NOFOLLOW_LINKS)) {
      var tail = AuditLines.Tail.of(file);
      file.truncate(tail.length());
      return Optional.of(tail);
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    }
  }

  /** What the first line of the file says; empty if there is none. */
  private Optional<MatchResult> first() throws IOException {
    try (var lines = AuditLines.open(path)) {
      var line = lines.next().map(it -> new String(it, UTF_8)).map(FIRST::matcher);
      return line.filter(Matcher::matches).map(Matcher::toMatchResult);
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    }
  }

  /**
   * Opens the file, which is new or has lines.
   *
   * @param reason why a new one begins, for its first line
   */
  private void open(String reason) throws IOException {
    var permissions =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
    var out = FileChannel.open(path, Set.of(CREATE, APPEND, NOFOLLOW_LINKS), permissions);
    var first = first();
    var day = first.map(it -> it.group(2)).orElseGet(this::today);
    var number = first.map(it -> Long.valueOf(it.group(1))).orElse(place.sequence() + 1);
    opened = new Opened(out, identity().orElse(""), day, number);
    size = out.size();
    if (size == 0 || reason.equals("changed")) {
      append(
          object(
              "file_opened",
              new KeyValuePair("format", 1),
              new KeyValuePair("chain", chain),
              new KeyValuePair("reason", reason),
              new KeyValuePair("public_key", publicKey())));
    }
  }

  private byte[] object(String event, KeyValuePair... fields) {
    return object(clocks.wall().instant(), event, List.of(fields));
  }

  /** The part of a line that does not depend on its place. */
  static byte[] object(Instant time, String event, List<KeyValuePair> fields) {
    var all = new ArrayList<KeyValuePair>(fields.size() + 2);
    all.add(new KeyValuePair("time", JsonLine.time(time)));
    all.add(new KeyValuePair("event", event));
    fields.forEach(field -> all.add(JsonLine.cut(field)));
    return JsonLine.of(all).getBytes(UTF_8);
  }

  long sequence() {
    return place.sequence();
  }

  @Override
  public void write(byte[] object) throws IOException {
    check();
    if (isFull()) {
      throw new IOException("the files of the audit trail have the size of Log.AuditMaxSize");
    }
    append(object);
  }

  /** Nothing of a line stays in the file if its write has failed. */
  @Override
  public void endTorn() {}

  private void check() throws IOException {
    var now = clocks.agent().instant();
    if (opened == null) {
      var _ = cutTorn();
      open("failed");
    } else if (Duration.between(checked, now).compareTo(CHECK_INTERVAL) < 0) {
      return;
    } else if (!identity().equals(Optional.of(opened.identity())) || opened.out().size() != size) {
      closeFile();
      open("changed");
    }
    checked = now;
    if (isRollDue()) {
      roll();
    }
    if (isFull()) {
      deleteOld();
    }
  }

  private Optional<Object> identity() throws IOException {
    try {
      var attributes = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
      return Optional.ofNullable(attributes.fileKey());
    } catch (NoSuchFileException movedAway) {
      return Optional.empty();
    }
  }

  private boolean isRollDue() {
    return size >= config.fileBytes() || !Objects.requireNonNull(opened).day().equals(today());
  }

  private String today() {
    return DAY.format(clocks.wall().instant());
  }

  /** The file that rolls now was changed by today's clock: no age counts from it yet. */
  private void roll() throws IOException {
    deleteOld();
    sign();
    var current = Objects.requireNonNull(opened);
    rolled += size;
    closeFile();
    moveAway(current.day(), current.first());
    open("rolled");
  }

  private void moveAway(String day, long first) throws IOException {
    var name = "kms-agent-audit-%s-%s-%d".formatted(day, chain, first);
    var target = path.resolveSibling(name + ".jsonl");
    for (int number = 2; Files.exists(target, NOFOLLOW_LINKS); number++) {
      target = path.resolveSibling("%s-%d.jsonl".formatted(name, number));
    }
    Files.move(path, target);
  }

  private boolean isFull() {
    return rolled + size >= config.mostBytes();
  }

  /**
   * Deletes what is old enough, and says so; counts what stays. Age counts from now, or from the
   * last change of the newest rolled file if that is earlier: a start with a clock that is wrong by
   * years makes no file old.
   */
  private void deleteOld() throws IOException {
    var changes = new TreeMap<Path, Instant>();
    try (var files = Files.newDirectoryStream(config.folder(), ROLLED)) {
      for (var file : files) {
        if (Files.isRegularFile(file, NOFOLLOW_LINKS)) {
          changes.put(file, Files.getLastModifiedTime(file, NOFOLLOW_LINKS).toInstant());
        }
      }
    }
    var now = clocks.wall().instant();
    var newest = changes.values().stream().max(Comparator.naturalOrder()).filter(now::isAfter);
    var end = newest.orElse(now).minus(config.keep());
    rolled = 0;
    for (var change : changes.entrySet()) {
      var file = change.getKey();
      if (change.getValue().isBefore(end)) {
        Files.delete(file);
        append(object("file_deleted", new KeyValuePair("file", file.getFileName())));
      } else {
        rolled += Files.size(file);
      }
    }
  }

  private void append(byte[] object) throws IOException {
    var out = Objects.requireNonNull(opened).out();
    var line = place.link(object);
    var text = ByteBuffer.wrap(Arrays.copyOf(line, line.length + 1)).put(line.length, (byte) '\n');
    try {
      while (text.hasRemaining()) {
        out.write(text);
      }
    } catch (IOException failed) {
      opened = null;
      try (out) {
        out.truncate(size);
      }
      throw failed;
    }
    place = place.then(line);
    size += text.limit();
    isSigned = false;
  }

  /** Signs the lines so far, unless they are; if that fails, the next time does it. */
  void sign() {
    if (key.isPresent() && !isSigned && opened != null) {
      try {
        var begin = object("signature");
        var signed = Arrays.copyOf(begin, begin.length - 1);
        var signature = key.get().sign(place.link(signed));
        append((new String(signed, UTF_8) + AuditKey.FIELD + signature + "\"}").getBytes(UTF_8));
        isSigned = true;
        settle(known.lost());
      } catch (IOException | GeneralSecurityException failed) {
        // It is tried again.
      }
    }
  }

  /** If that fails, the line after the next one does it. */
  @Override
  public void settle(long unreported) {
    var state = new AuditHead.State(chain, place, unreported);
    if (!state.equals(known)) {
      try {
        head.write(state);
        known = state;
      } catch (IOException failed) {
        // The file tells the place, too.
      }
    }
  }

  private void closeFile() throws IOException {
    if (opened != null) {
      opened.out().close();
      opened = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeFile();
    head.close();
  }
}
