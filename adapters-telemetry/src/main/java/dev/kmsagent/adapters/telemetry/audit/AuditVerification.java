package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.telemetry.audit.AuditChain.Begin;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies files of one audit trail: that each line follows the one before it, and that the
 * signatures are by known keys. It reads each file once, a line at a time. For one thread.
 */
public final class AuditVerification {
  private static final String END = "\"}";

  /** The field with a signature of 64 bytes in base64, and the end of the object. */
  private static final int SIGNATURE = AuditKey.FIELD.length() + 88 + END.length();

  /** What may be written between the end of an agent and the start of the next one. */
  private static final Set<String> BETWEEN =
      Set.of("signature", "file_opened", "file_deleted", "lines_lost");

  /** In place of the line of an agent's end, which has none. */
  private static final long RUNNING = Long.MAX_VALUE;

  private final List<PublicKey> keys;
  private final List<UncleanEnd> uncleanEnds = new ArrayList<>();
  private AuditChain place = AuditChain.EMPTY;
  private Optional<Signed> signed = Optional.empty();
  private boolean isTorn;

  /** The line of the last agent's end; 0 before the first agent. */
  private long stopped;

  /** A line with a signature. */
  public record Signed(long sequence, String time) {}

  /**
   * A start of the agent without the end of the one before, or its signature: nothing shows that
   * the lines since the last signature were not changed before the next one, or were no more.
   *
   * @param lastSigned the line of that signature; 0 if there is none
   * @param missing how many lines before it the agent found missing when it started
   */
  public record UncleanEnd(long lastSigned, long start, String time, long missing) {}

  /** What was found. */
  public sealed interface Result {
    /**
     * Each line follows the one before it, from {@code first} to {@code last}, but for those that
     * are missing before an unclean end. What is behind the line that is signed last could be by
     * others, or more.
     *
     * @param isTorn whether the last file ends in the midst of a line
     */
    record Whole(
        long first,
        long last,
        Optional<Signed> signed,
        List<UncleanEnd> uncleanEnds,
        boolean isTorn)
        implements Result {
      public Whole {
        uncleanEnds = List.copyOf(uncleanEnds);
      }
    }

    /**
     * A line that is missing, changed, added or cut.
     *
     * @param line the number of the line in the file
     * @param problem a sentence for people
     * @param signed the last signature before it
     */
    record Broken(Path file, long line, String problem, Optional<Signed> signed)
        implements Result {}
  }

  private record Start(Path file, long sequence) {}

  /**
   * @param keys those that may have signed; with none, signatures are not verified
   */
  public AuditVerification(List<PublicKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Verifies files of one folder, given in any order, at least one; to be called once. Those
   * without a line do not count.
   *
   * @throws FileSystemException if one cannot be read
   */
  public Result verify(List<Path> files) throws IOException {
    var starts = new ArrayList<Start>();
    for (var file : files) {
      start(file).ifPresent(starts::add);
    }
    starts.sort(Comparator.comparingLong(Start::sequence));
    Optional<Result> broken = Optional.empty();
    for (int i = 0; i < starts.size() && broken.isEmpty(); i++) {
      broken = verify(starts.get(i).file(), i == 0, i == starts.size() - 1);
    }
    if (broken.isEmpty() && place.equals(AuditChain.EMPTY)) {
      return new Result.Broken(files.getFirst(), 1, "There is no line.", signed);
    }
    return broken.orElseGet(
        () ->
            new Result.Whole(
                starts.getFirst().sequence(), place.sequence(), signed, uncleanEnds, isTorn));
  }

  /** A file with the beginning of a line alone is the last one; one with others is no trail. */
  private static Optional<Start> start(Path file) throws IOException {
    if (!Files.isRegularFile(file) && Files.exists(file)) {
      throw new FileSystemException(file.toString(), null, "this is no file");
    }
    try (var lines = AuditLines.open(file)) {
      var line = lines.next();
      var other = lines.isTorn() ? Long.MAX_VALUE : 0;
      return line.map(it -> new Start(file, Begin.of(it).map(Begin::sequence).orElse(other)));
    }
  }

  private Optional<Result> verify(Path file, boolean isFirst, boolean isLast) throws IOException {
    long number = 1;
    try (var lines = AuditLines.open(file)) {
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        isTorn = lines.isTorn();
        if (isTorn && isLast) {
          break;
        }
        var problem =
            isTorn
                ? Optional.of("The file ends in the midst of this line.")
                : problem(line.get(), isFirst && number == 1);
        if (problem.isPresent()) {
          return Optional.of(new Result.Broken(file, number, problem.get(), signed));
        }
        number++;
      }
      return Optional.empty();
    } catch (FileSystemException damaged) {
      var problem = "The file is damaged from here on: " + damaged.getReason();
      return Optional.of(new Result.Broken(file, number, problem, signed));
    }
  }

  private Optional<String> problem(byte[] line, boolean isFirst) {
    var begin = Begin.of(line);
    if (begin.isEmpty()) {
      return Optional.of("This is no line of an audit trail: it was changed or added.");
    }
    if (isFirst && !begin.get().event().equals("file_opened")) {
      return Optional.of("No file begins with this line: those before it were removed.");
    }
    if (isFirst) {
      place = begin.get().before();
    }
    long missing = isFirst ? 0 : missing(begin.get(), line);
    var problem = missing > 0 ? Optional.<String>empty() : ofPlace(begin.get());
    if (problem.isEmpty() && begin.get().event().equals("signature")) {
      problem = ofSignature(begin.get(), line);
    }
    noteStart(begin.get(), missing);
    place = begin.get().before().then(line);
    return problem;
  }

  /** How many lines are missing before a start that says so: 0, or as many as it says. */
  private long missing(Begin begin, byte[] line) {
    long missing = begin.before().linesAfter(place);
    var found = "\"%s\":%d".formatted(AuditFile.LINES_MISSING, missing);
    return begin.event().equals("agent_started") && new String(line, UTF_8).contains(found)
        ? missing
        : 0;
  }

  private Optional<String> ofPlace(Begin line) {
    long expected = place.sequence() + 1;
    if (line.sequence() > expected) {
      return Optional.of("Lines are missing: %d to %d.".formatted(expected, line.sequence() - 1));
    }
    if (line.sequence() < expected) {
      return Optional.of("Line %d comes again: it was added, or moved.".formatted(line.sequence()));
    }
    return line.before().equals(place)
        ? Optional.empty()
        : Optional.of("The line before this one, %d, was changed.".formatted(expected - 1));
  }

  private Optional<String> ofSignature(Begin begin, byte[] line) {
    var text = new String(line, ISO_8859_1);
    int end = text.length() - SIGNATURE;
    if (!text.startsWith(AuditKey.FIELD, end) || !text.endsWith(END)) {
      return Optional.of("The signature was changed.");
    }
    var object = Arrays.copyOf(line, end);
    var signature = text.substring(end + AuditKey.FIELD.length(), text.length() - END.length());
    if (!keys.isEmpty()
        && keys.stream().noneMatch(key -> AuditKey.isSigned(key, object, signature))) {
      return Optional.of(
          "The signature is by none of the given keys, or the line was changed. Where the key was"
              + " replaced, give the new one, too, from a source that you trust: that in the first"
              + " line of a file could be by anyone.");
    }
    signed = Optional.of(new Signed(begin.sequence(), begin.time()));
    return Optional.empty();
  }

  private void noteStart(Begin line, long missing) {
    long last = signed.map(Signed::sequence).orElse(0L);
    var isSigned = signed.isPresent() || !keys.isEmpty();
    var isUnclean = missing > 0 || (last < stopped && (isSigned || stopped == RUNNING));
    if (line.event().equals("agent_started") && isUnclean) {
      uncleanEnds.add(new UncleanEnd(last, line.sequence(), line.time(), missing));
    }
    if (!BETWEEN.contains(line.event())) {
      stopped = line.event().equals("agent_stopped") ? line.sequence() : RUNNING;
    }
  }
}
