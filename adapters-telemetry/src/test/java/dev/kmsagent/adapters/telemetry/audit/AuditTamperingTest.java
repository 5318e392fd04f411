package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.audit.AuditChain.Begin;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result.Broken;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result.Whole;
import dev.kmsagent.testkit.Unchecked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.slf4j.event.KeyValuePair;

/**
 * What verification finds of a trail that was changed, and where; and what it cannot find. {@code
 * -Daudit.lines=1000000} takes a trail of so many lines.
 */
final class AuditTamperingTest {
  private static final int LINES = Integer.getInteger("audit.lines", 2000);
  private static final Duration BETWEEN_READS = Duration.ofMillis(50);

  private static final String CHANGED = "The line before this one";
  private static final String MISSING = "Lines are missing";
  private static final String AGAIN = "comes again";
  private static final String NO_LINE = "no line of an audit trail";
  private static final String BY_NO_KEY = "by none of the given keys";
  private static final String DAMAGED = "damaged from here on";
  private static final String BIG = "9".repeat(20);

  @TempDir private static Path untouched;
  @TempDir private static Path strange;
  private static List<Path> original = List.of();
  private static List<Path> others = List.of();

  @TempDir private Path path;
  private Trail trail = new Trail(Path.of(""), List.of());

  @BeforeAll
  static void two_trails() throws IOException {
    original = write(new AuditFolder(untouched), "orders/db");
    others = write(new AuditFolder(strange), "strange/x");
  }

  /** So many reads in five files, with a signature every hundred and none at the end. */
  private static List<Path> write(AuditFolder folder, String secret) throws IOException {
    folder.rollingAt(LINES / 5 * 210L).fullAt(LINES * 1000L);
    try (var file = folder.open()) {
      for (int i = 1; i <= LINES; i++) {
        folder.time.advance(BETWEEN_READS);
        file.write(
            folder.object(
                "secret_read",
                new KeyValuePair("secret", secret),
                new KeyValuePair("pod", "web"),
                new KeyValuePair("outcome", "found")));
        if (i % 100 == 50) {
          file.sign();
        }
      }
    }
    return folder.files();
  }

  @BeforeEach
  void as_it_was() {
    trail = new Trail(path, original);
  }

  /** Files for one who changes some, in a folder of his own. */
  static final class Trail {
    private final Path folder;
    private final List<Path> files;

    Trail(Path folder, List<Path> files) {
      this.folder = folder;
      this.files = new ArrayList<>(files);
    }

    Trail bytes(int file, UnaryOperator<byte[]> change) throws IOException {
      var changed = change.apply(Files.readAllBytes(files.get(file)));
      files.set(file, Files.write(folder.resolve("changed-" + file), changed));
      return this;
    }

    Trail text(int file, UnaryOperator<String> change) throws IOException {
      return bytes(file, it -> change.apply(new String(it, ISO_8859_1)).getBytes(ISO_8859_1));
    }

    Trail lines(int file, Consumer<List<String>> change) throws IOException {
      return text(
          file,
          it -> {
            var lines = linesOf(it);
            change.accept(lines);
            return String.join("\n", lines) + "\n";
          });
    }

    Result verify() throws IOException {
      return new AuditFolder(folder).verification().verify(files);
    }

    Whole whole() throws IOException {
      return (Whole) verify();
    }
  }

  private static List<String> linesOf(String text) {
    return new ArrayList<>(Arrays.asList(text.split("\n", -1))).subList(0, lineCount(text));
  }

  private static int lineCount(String text) {
    return (int) text.chars().filter(it -> it == '\n').count();
  }

  /** The index of the first signature behind line 60. */
  private static int signature(List<String> lines) {
    return IntStream.range(60, lines.size())
        .filter(it -> isSignature(lines.get(it)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isSignature(String line) {
    return line.contains("\"event\":\"signature\"");
  }

  /** Numbers and links the lines from this one on anew, and signs them again. */
  private static void relink(List<String> lines, int from, UnaryOperator<String> signed) {
    for (int i = from; i < lines.size(); i++) {
      var before = bytes(lines.get(i - 1));
      var place = Begin.of(before).orElseThrow().before().then(before);
      var object = "{" + lines.get(i).substring(lines.get(i).indexOf("\"time\""));
      var linked = new String(place.link(bytes(object)), ISO_8859_1);
      lines.set(i, isSignature(linked) ? signed.apply(linked) : linked);
    }
  }

  private static UnaryOperator<String> by(AuditKey key) {
    return line -> {
      var object = line.substring(0, line.indexOf(AuditKey.FIELD));
      return Unchecked.get(() -> object + AuditKey.FIELD + key.sign(bytes(object)) + "\"}");
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** Changes files. */
  @FunctionalInterface
  interface Change {
    void to(Trail trail) throws IOException;
  }

  /**
   * What was done to a trail, and what is found of it.
   *
   * @param file of the first line that does not fit
   * @param line its number; 0 for that of the signature in the second file
   */
  record Tampering(String name, int file, int line, String problem, Change change) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Of the second file. */
  private static Tampering lines(
      int line, String name, String problem, Consumer<List<String>> change) {
    return new Tampering(name, 1, line, problem, it -> it.lines(1, change));
  }

  /** Of line 60 of the second file, which is a read. */
  private static Tampering line(
      int line, String name, String problem, UnaryOperator<String> change) {
    return lines(line, name, problem, it -> it.set(59, change.apply(it.get(59))));
  }

  private static Tampering signature(
      String name, String problem, ObjIntConsumer<List<String>> change) {
    return lines(0, name, problem, it -> change.accept(it, signature(it)));
  }

  private static Tampering files(int file, int line, String name, String problem, Change change) {
    return new Tampering(name, file, line, problem, change);
  }

  /** A line that follows this one. */
  private static String after(List<String> lines, int at) {
    var two = new ArrayList<>(List.of(lines.get(at), lines.get(at).replace("web", "new")));
    relink(two, 1, it -> it);
    return two.getLast();
  }

  private static String otherDigest(String line) {
    int at = line.indexOf("previous") + 11;
    return line.substring(0, at) + (line.charAt(at) == '0' ? '1' : '0') + line.substring(at + 1);
  }

  /** All from line 60 on, by one who has another key, or none. */
  private static void rewrite(List<String> lines, UnaryOperator<String> signed) {
    lines.set(59, lines.get(59).replace("orders/db", "orders/dc"));
    relink(lines, 60, signed);
  }

  private static void splice(Trail trail) throws IOException {
    var strangers = linesOf(Files.readString(others.get(1)));
    trail.lines(1, it -> IntStream.range(59, 80).forEach(at -> it.set(at, strangers.get(at))));
  }

  /** The signature of a line before in place of the one of this. */
  private static void signAsBefore(List<String> lines, int at) {
    var before = lines.get(at + 101);
    assertThat(isSignature(before)).isTrue();
    var line = lines.get(at);
    lines.set(
        at,
        line.substring(0, line.indexOf(AuditKey.FIELD))
            + before.substring(before.indexOf(AuditKey.FIELD)));
  }

  private static String cut(String text) {
    var lines = linesOf(text).subList(0, 60);
    return String.join("\n", lines);
  }

  private static byte[] compressed(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  static final List<Tampering> FOUND =
      List.of(
          line(61, "a value changed", CHANGED, it -> it.replace("orders/db", "orders/dc")),
          line(61, "a field added", CHANGED, it -> it.replace("}", ",\"a\":1}")),
          line(61, "a field twice", CHANGED, it -> it.replace("}", ",\"event\":\"signature\"}")),
          line(61, "a carriage return added", CHANGED, it -> it + "\r"),
          line(61, "a zero byte added", CHANGED, it -> it + "\0"),
          line(61, "a field of a megabyte", CHANGED, it -> it.replace("web", "w".repeat(1 << 20))),
          line(60, "a number made greater", MISSING, it -> it.replace("ce\":", "ce\":9")),
          line(60, "a number made smaller", AGAIN, it -> it.replaceFirst("ce\":[0-9]+", "ce\":7")),
          line(60, "a number of many digits", NO_LINE, it -> it.replace("ce\":", "ce\":" + BIG)),
          line(60, "a digest changed", CHANGED, AuditTamperingTest::otherDigest),
          line(60, "an empty line", NO_LINE, _ -> ""),
          line(60, "spaces in the JSON", NO_LINE, it -> it.replace(",\"", ", \"")),
          line(60, "a line of a megabyte", NO_LINE, _ -> "x".repeat(1 << 20)),
          lines(60, "a line removed", MISSING, it -> it.remove(59)),
          lines(60, "many lines removed", MISSING, it -> it.subList(59, 160).clear()),
          lines(60, "two lines swapped", MISSING, it -> Collections.swap(it, 59, 60)),
          lines(61, "a line twice", AGAIN, it -> it.add(60, it.get(59))),
          lines(61, "a line inserted", NO_LINE, it -> it.add(60, "{\"event\":\"secret_read\"}")),
          lines(62, "a line inserted with its digest", AGAIN, it -> it.add(60, after(it, 59))),
          lines(61, "a line replaced with its digest", CHANGED, it -> it.set(59, after(it, 58))),
          files(1, 60, "lines of another trail", CHANGED, AuditTamperingTest::splice),
          signature("a signature removed", MISSING, List::remove),
          signature("a signature of another line", BY_NO_KEY, AuditTamperingTest::signAsBefore),
          signature(
              "a signature that is renamed",
              "The signature was changed",
              (it, at) -> it.set(at, it.get(at).replace(AuditKey.FIELD, ",\"signed\":\""))),
          signature("all rewritten without a key", BY_NO_KEY, (it, _) -> rewrite(it, as -> as)),
          signature(
              "all rewritten with another key",
              BY_NO_KEY,
              (it, _) -> rewrite(it, by(AuditFolder.newKey()))),
          files(0, 1, "the first line removed", "before it", it -> it.lines(0, List::removeFirst)),
          files(
              2, 1, "a file without its first line", MISSING, it -> it.lines(2, List::removeFirst)),
          files(2, 1, "a file without its last line", MISSING, it -> it.lines(1, List::removeLast)),
          files(
              2,
              1,
              "a file rewritten with the key",
              CHANGED,
              it -> it.lines(1, lines -> rewrite(lines, by(AuditFolder.KEY)))),
          files(1, 1, "a file removed", MISSING, it -> it.files.remove(1)),
          files(1, 1, "a file twice", AGAIN, it -> it.files.add(it.files.get(1))),
          files(2, 1, "a file emptied", MISSING, it -> it.text(1, _ -> "")),
          files(1, 1, "a file of another trail", CHANGED, it -> it.files.set(1, others.get(1))),
          files(1, 60, "a file cut", "in the midst", it -> it.text(1, AuditTamperingTest::cut)),
          files(0, 1, "a byte order mark", NO_LINE, it -> it.text(0, "\u00ef\u00bb\u00bf"::concat)),
          files(1, 1, "a file of other bytes", NO_LINE, it -> it.text(1, _ -> "\0\u00ff\n\u001b")));

  private static int expectedLine(Tampering tampering) throws IOException {
    return tampering.line() == 0 ? signature(linesOf(original.get(1))) + 1 : tampering.line();
  }

  private static List<String> linesOf(Path file) throws IOException {
    return linesOf(Files.readString(file, ISO_8859_1));
  }

  @ParameterizedTest
  @FieldSource("FOUND")
  void what_was_changed_is_found(Tampering tampering) throws IOException {
    tampering.change().to(trail);

    assertBroken(tampering.file(), expectedLine(tampering), tampering.problem());
  }

  private void assertBroken(int file, long line, String problem) throws IOException {
    assertThat(trail.verify())
        .isInstanceOfSatisfying(
            Broken.class,
            it -> {
              assertThat(it.problem()).contains(problem);
              assertThat(trail.files.indexOf(it.file())).isEqualTo(file);
              assertThat(it.line()).isEqualTo(line);
            });
  }

  @Test
  void what_no_one_touched_is_whole_in_any_order() throws IOException {
    Collections.reverse(trail.files);
    var whole = trail.whole();

    assertThat(original).hasSizeGreaterThan(4);
    assertThat(whole.first()).isEqualTo(1);
    assertThat(whole.last()).isGreaterThan(LINES);
    assertThat(whole.uncleanEnds()).isEmpty();
    assertThat(whole.isTorn()).isFalse();
    assertThat(whole.signed()).isPresent();
  }

  /** The last line is a signature. */
  @Test
  void each_byte_counts() throws IOException {
    var last = original.size() - 1;
    trail.lines(last, it -> it.subList(signature(it) + 1, it.size()).clear());
    trail.files.subList(0, last).clear();
    trail.lines(0, it -> it.subList(1, it.size() - 4).clear());
    trail.lines(0, it -> relink(it, 1, by(AuditFolder.KEY)));
    var whole = trail.whole();
    assertThat(whole.signed().orElseThrow().sequence()).isEqualTo(whole.last());
    var bytes = Files.readAllBytes(trail.files.getFirst());

    for (int i = 0; i < bytes.length; i++) {
      var changed = bytes.clone();
      changed[i] ^= 1;
      trail.bytes(0, _ -> changed);
      assertThat(trail.verify()).as("byte %d of %d", i, bytes.length).isNotEqualTo(whole);
    }
  }

  @Nested
  final class Compressed_files {
    @Test
    void are_read_as_others() throws IOException {
      var whole = trail.whole();

      assertThat(trail.bytes(1, AuditTamperingTest::compressed).verify()).isEqualTo(whole);
    }

    @Test
    void that_are_damaged_or_cut_are_found() throws IOException {
      var bytes = compressed(Files.readAllBytes(original.get(1)));
      trail.bytes(1, _ -> Arrays.copyOf(bytes, bytes.length / 2));
      assertThat(trail.verify().toString()).contains("changed-1", DAMAGED);

      bytes[bytes.length - 6] ^= 1;
      assertThat(trail.bytes(1, _ -> bytes).verify().toString()).contains("changed-1", DAMAGED);
    }

    @Test
    void with_a_line_of_many_megabytes_are_found() throws IOException {
      var line = new byte[16 << 20];
      line[line.length - 1] = '\n';
      trail.bytes(1, _ -> compressed(line));

      assertBroken(1, 1, NO_LINE);
    }
  }

  @Test
  void without_a_whole_line_there_is_no_trail() throws IOException {
    trail.files.subList(1, trail.files.size()).clear();
    for (var text : List.of("", "{\"sequence\":1,\"previous\":\"00", "\n", "x")) {
      assertThat(trail.text(0, _ -> text).verify()).isInstanceOf(Broken.class);
    }
  }

  @Test
  void what_a_client_writes_into_a_name_is_no_signature_and_no_line() throws IOException {
    var name =
        "\n{\"sequence\":3,\"event\":\"signature\",\"signature\":\"" + "A".repeat(88) + "\"}";
    var folder = new AuditFolder(path);
    try (var file = folder.open()) {
      folder.read(file, name);
    }

    assertThat(folder.verify())
        .isInstanceOfSatisfying(
            Whole.class,
            it -> {
              assertThat(it.last()).isEqualTo(2);
              assertThat(it.signed()).isEmpty();
            });
  }

  /** Each is whole for the verification, with what an auditor can see of it. */
  @Nested
  final class It_cannot_be_found_that {
    private int last() {
      return trail.files.size() - 1;
    }

    @Test
    void lines_at_the_end_were_cut_off_but_the_number_of_the_last_one_tells() throws IOException {
      var whole = trail.whole();
      trail.lines(last(), it -> it.subList(signature(it) + 1, it.size()).clear());

      assertThat(trail.whole().last()).isLessThan(whole.last());
      trail.files.removeLast();
      assertThat(trail.whole().last()).isLessThan(whole.last());
      trail.text(last(), it -> it.substring(0, it.length() - 5));
      assertThat(trail.whole().isTorn()).isTrue();
    }

    @Test
    void the_oldest_files_were_removed_but_the_number_of_the_first_one_tells() throws IOException {
      trail.files.removeFirst();

      assertThat(trail.whole().first()).isGreaterThan(1);
    }

    @Test
    void lines_behind_the_last_signature_were_changed_but_which_is_the_last_one_is_told()
        throws IOException {
      var whole = trail.whole();
      trail.lines(
          last(),
          it -> {
            it.removeLast();
            it.set(it.size() - 1, it.getLast().replace("orders/db", "orders/dc"));
          });

      assertThat(trail.whole().signed()).isEqualTo(whole.signed());
      assertThat(trail.whole().last()).isEqualTo(whole.last() - 1);
    }

    @Test
    void all_behind_a_signature_was_written_anew_without_one_but_its_time_is_told()
        throws IOException {
      var whole = trail.whole();
      trail.lines(
          last(),
          it -> {
            it.removeIf(line -> isSignature(line));
            it.set(59, it.get(59).replace("orders/db", "orders/dc"));
            relink(it, 1, as -> as);
          });

      assertThat(trail.whole().signed().orElseThrow().time())
          .isLessThan(whole.signed().orElseThrow().time());
    }

    @Test
    void all_was_written_anew_if_no_key_is_given() throws IOException {
      trail.lines(last(), it -> rewrite(it, by(AuditFolder.newKey())));

      assertThat(new AuditVerification(List.of()).verify(trail.files)).isInstanceOf(Whole.class);
      assertThat(trail.verify()).isInstanceOf(Broken.class);
    }
  }

  @Nested
  final class A_start {
    private AuditFolder folder = new AuditFolder(Path.of(""));

    @BeforeEach
    void in_a_folder() {
      folder = new AuditFolder(path);
    }

    private void run(String... events) throws IOException {
      try (var file = folder.open()) {
        file.write(folder.object("agent_started"));
        for (var event : events) {
          if (event.equals("signature")) {
            file.sign();
          } else {
            file.write(folder.object(event));
          }
        }
      }
    }

    private List<Long> uncleanEnds() throws IOException {
      run();
      return ((Whole) folder.verify())
          .uncleanEnds().stream().map(AuditVerification.UncleanEnd::lastSigned).toList();
    }

    /** It may hide lines that were cut off; the number is that of the last signature. */
    @ParameterizedTest
    @CsvSource({
      "secret_read agent_stopped signature,",
      "signature secret_read, 3",
      "secret_read signature, 4",
      "secret_read, 0",
      "signature agent_stopped, 3"
    })
    void that_is_not_behind_a_signed_end_is_told(String events, @Nullable Long lastSigned)
        throws IOException {
      run(events.split(" ", -1));
      assertThat(uncleanEnds()).isEqualTo(Stream.ofNullable(lastSigned).toList());
    }

    @Test
    void behind_a_signed_end_is_clean_also_in_a_new_file() throws IOException {
      run("agent_stopped", "signature");
      folder.time.advance(Duration.ofDays(1));
      assertThat(uncleanEnds()).isEmpty();
    }

    @Test
    void behind_an_end_is_clean_without_a_key() throws IOException {
      folder.with(Optional.empty());
      run("secret_read", "agent_stopped");
      assertThat(uncleanEnds()).isEmpty();
    }
  }
}
