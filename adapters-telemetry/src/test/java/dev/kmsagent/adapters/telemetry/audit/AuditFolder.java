package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/** A folder with an audit trail, virtual time, and a wall clock that can be set. */
final class AuditFolder {
  static final String CHAIN = "0123456789abcdef";
  static final AuditKey KEY = newKey();
  private static final long MEGABYTE = 1 << 20;

  /** Longer than the pause between two looks at the file. */
  private static final Duration MOMENT = Duration.ofSeconds(2);

  final Path path;
  final VirtualTime time = new VirtualTime();
  private Optional<AuditKey> key = Optional.of(KEY);
  private Duration wallAhead = Duration.ZERO;
  private long fileBytes = MEGABYTE;
  private long mostBytes = 100 * MEGABYTE;

  AuditFolder(Path path) {
    this.path = path;
  }

  static AuditKey newKey() {
    return AuditKey.of(AuditKey.create());
  }

  static PublicKey publicKey(AuditKey key) {
    return AuditKey.publicKey(key.publicKey());
  }

  Optional<AuditKey> key() {
    return key;
  }

  AuditFolder with(Optional<AuditKey> other) {
    key = other;
    return this;
  }

  AuditFolder rollingAt(long bytes) {
    fileBytes = bytes;
    return this;
  }

  AuditFolder fullAt(long bytes) {
    mostBytes = bytes;
    return this;
  }

  void setWallClock(Duration ahead) {
    wallAhead = ahead;
  }

  Clocks clocks() {
    return new Clocks(time, () -> time.instant().plus(wallAhead));
  }

  TimeSources timing() {
    return new TimeSources(clocks(), time, () -> 0.5);
  }

  AuditConfig config() {
    return new AuditConfig(
        true, path, fileBytes, mostBytes, Duration.ofDays(180), Optional.empty());
  }

  /** What an agent writes to. */
  AuditFile open() throws IOException {
    return AuditFile.open(config(), key, clocks(), CHAIN);
  }

  /** The object of a line, before its place in the chain. */
  byte[] object(String event, KeyValuePair... fields) {
    return AuditFile.object(clocks().wall().instant(), event, List.of(fields));
  }

  /** Writes the line of a read, once the file would be looked at again. */
  void read(AuditFile file, String secret) throws IOException {
    time.advance(MOMENT);
    file.write(
        object(
            "secret_read",
            new KeyValuePair("secret", secret),
            new KeyValuePair("subject", "system:serviceaccount:shop:web"),
            new KeyValuePair("outcome", "found")));
    file.settle(0);
  }

  /** A start of the agent that reads this secret and is killed then. */
  void readAndDie(String secret) throws IOException {
    try (var file = open()) {
      read(file, secret);
    }
  }

  Path live() {
    return path.resolve(AuditFile.NAME);
  }

  Path head() {
    return path.resolve(AuditHead.NAME);
  }

  /** All audit files that have their name from the agent, the oldest first. */
  List<Path> files() {
    try (var files = Files.list(path)) {
      return files
          .filter(it -> it.getFileName().toString().matches("kms-agent-audit.*jsonl"))
          .sorted(Comparator.comparingLong(AuditFolder::firstSequence))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long firstSequence(Path file) {
    return lines(file).stream().findFirst().map(it -> it.get("sequence").getAsLong()).orElse(0L);
  }

  static List<JsonObject> lines(Path file) {
    return texts(file).stream().map(it -> JsonParser.parseString(it).getAsJsonObject()).toList();
  }

  static List<String> texts(Path file) {
    return Unchecked.get(() -> Files.readAllLines(file, UTF_8));
  }

  /** The events of all files, in their order, with the secret or the reason if there is one. */
  List<String> story() {
    return files().stream().flatMap(it -> lines(it).stream()).map(AuditFolder::told).toList();
  }

  private static String told(JsonObject line) {
    var about =
        List.of("secret", "reason").stream().flatMap(it -> AuditQuery.text(line, it).stream());
    return (line.get("event").getAsString() + " " + String.join(" ", about.toList())).strip();
  }

  AuditVerification.Result verify(Path... more) throws IOException {
    var files = new ArrayList<>(files());
    files.addAll(List.of(more));
    return verification().verify(files);
  }

  AuditVerification verification() {
    return new AuditVerification(key.map(AuditFolder::publicKey).stream().toList());
  }
}
