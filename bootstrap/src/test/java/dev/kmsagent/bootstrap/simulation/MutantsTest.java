package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation finds bugs that are planted into the shared cache. */
class MutantsTest {
  private static final Path SOURCES =
      Path.of(
          "..", "adapters-cache", "src", "main", "java", "dev", "kmsagent", "adapters", "cache");

  private static final String CLASS_PATH = System.getProperty("java.class.path");

  /** Where the seed of a bug finds it no more, those below this one are tried. */
  private static final long LIMIT = 20_000;

  /**
   * A bug that is planted into the shared cache.
   *
   * @param seed of a schedule that has found it, which is tried first
   * @param inFolder whether the schedule is of an agent with a folder
   * @param edits of the source text
   */
  record Mutant(String bug, long seed, boolean inFolder, List<Edit> edits) {
    Mutant {
      edits = List.copyOf(edits);
    }

    /**
     * @param edits three each: the file below the package of the cache, what is replaced wherever
     *     it occurs, however it is broken into lines, and by what
     */
    static Mutant of(String bug, long seed, String... edits) {
      return of(bug, seed, false, edits);
    }

    private static Mutant of(String bug, long seed, boolean inFolder, String... edits) {
      var all = new ArrayList<Edit>();
      for (var i = 0; i < edits.length; i += 3) {
        all.add(new Edit(edits[i], edits[i + 1], edits[i + 2]));
      }
      return new Mutant(bug, seed, inFolder, all);
    }

    static Mutant inFolder(String bug, long seed, String... edits) {
      return of(bug, seed, true, edits);
    }

    Schedule schedule() {
      return ScheduleGenerator.of(seed, inFolder);
    }

    @Override
    public String toString() {
      return bug;
    }
  }

  record Edit(String file, String original, String replacement) {
    private static final Pattern BETWEEN_TOKENS = Pattern.compile("\\s+|(?<=\\W)|(?=\\W)");

    /** Empty if the text has nothing to replace. */
    Optional<String> applyTo(String text) {
      var tokens = BETWEEN_TOKENS.splitAsStream(original).filter(token -> !token.isBlank());
      var code = Pattern.compile(tokens.map(Pattern::quote).collect(Collectors.joining("\\s*")));
      var edited = code.matcher(text).replaceAll(Matcher.quoteReplacement(replacement));
      return Optional.of(edited).filter(it -> !it.equals(text));
    }
  }

  static Stream<Mutant> mutants() {
    return Stream.of(
        Mutant.of(
            "an old copy is offered again, and a tombstone ends after three minutes",
            2100,
            "shared/StoreReader.java",
            "var isAnswered =",
            """
            if (result instanceof LookupResult.Nothing) {
              var _ = copies.findAny(query, keys).map(copy -> offer(query, keys, copy));
            }
            var isAnswered =
            """,
            "shared/SharedSecretCache.java",
            "return copies.compareTo(LONGEST_CALL) < 0 ? LONGEST_CALL : copies;",
            "return Duration.ofMinutes(3);"),
        Mutant.of(
            "a refusal counts only while the store has its tombstone",
            250,
            "shared/Revocations.java",
            "Stream.of(own, whole, marks.revokedAt(key))",
            "Stream.of(own, whole)",
            "shared/SharedEntries.java",
            ".revokedAt(known.key())",
            ".latest(java.util.stream.Stream.of())"),
        Mutant.of(
            "a tombstone does not drop the copy",
            5,
            "shared/StoreReader.java",
            "if (result instanceof LookupResult.Revoked(var at)) {",
            "if (result instanceof LookupResult.Revoked(var at) && at == null) {",
            "shared/Revocations.java",
            "if (received(subject, at)) {",
            "if (received(subject, at) && at == null) {"),
        Mutant.of(
            "copies are never checked again",
            334,
            "shared/LocalCopies.java",
            "clock.instant().isBefore(known.until())",
            "known.until() != null"),
        Mutant.of(
            "a lease has two holders",
            3,
            "shared/LeaseElection.java",
            "if (!claim.granted()) {",
            "if (claim == null) {"),
        Mutant.of(
            "a lease never ends",
            37,
            "shared/LeaseElection.java",
            "LEASE = Duration.ofSeconds(3);",
            "LEASE = Duration.ofDays(1);"),
        Mutant.of(
            "a later reading makes room for an older one",
            217,
            "shared/HighWaterMarks.java",
            "if (noted == null || isEarlier(noted, at)) {",
            "if (noted == null || at != null) {",
            "memory/CaffeineSecretCache.java",
            "if (kept.readAt().isAfter(read.readAt())) {",
            "if (read == null) {"),
        Mutant.of(
            "the clock of the store is taken for the agent's own",
            82,
            "shared/StoreClock.java",
            "return Duration.between(received, at);",
            "return Duration.ZERO;",
            "shared/StoreClock.java",
            "return Duration.between(sent, at);",
            "return Duration.ZERO;"),
        Mutant.of(
            "principals share their entries",
            3,
            "crypto/EntryCodec.java",
            "List.of(principal.value(), kms.region(), kms.authority())",
            "List.of(kms.region(), kms.authority())"),
        Mutant.inFolder(
            "a tombstone is not synced",
            1058,
            "file/FileEntryStore.java",
            "opened.keep(file(key), revoked, true);",
            "opened.keep(file(key), revoked, false);"),
        Mutant.inFolder(
            "a refusal is answered before its tombstone is on the disk",
            81,
            "shared/SharedSecretCache.java",
            "return means.timing().completeAt(means.now().plus(REVOKING), ended, () -> null);",
            "return Stages.DONE;"),
        Mutant.inFolder(
            "the wall clock is the time of a folder",
            11,
            "file/FolderTime.java",
            "!boot.id().isEmpty()",
            "boot.id().isEmpty()"),
        Mutant.inFolder(
            "the record of a principal is not erased",
            629,
            "shared/SharedRecord.java",
            ".thenCompose(_ -> cache.evict(query()))",
            ""));
  }

  /** Has classes of the agent of its own, those in a folder first; it shares the libraries. */
  private static final class MutatedAgent extends URLClassLoader {
    MutatedAgent(Path folder) throws IOException {
      super(places(folder), MutantsTest.class.getClassLoader());
    }

    private static URL[] places(Path folder) throws IOException {
      var places = new ArrayList<URL>();
      places.add(folder.toUri().toURL());
      for (var place : CLASS_PATH.split(File.pathSeparator, -1)) {
        places.add(Path.of(place).toUri().toURL());
      }
      return places.toArray(URL[]::new);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("dev.kmsagent.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        var loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }

  private static String outdated(Mutant mutant, Edit edit) {
    return """
        The bug "%s" cannot be planted: %s is not there, or has no longer this text:
          %s
        Find what does the same now, and change the edit of this bug in MutantsTest.mutants().\
        """
        .formatted(mutant, edit.file(), edit.original());
  }

  /** Compiles the cache with a bug in an empty folder. */
  private static void compile(Mutant mutant, Path folder) throws IOException {
    var arguments =
        new ArrayList<>(
            List.of("-proc:none", "-nowarn", "-cp", CLASS_PATH, "-d", folder.toString()));
    for (var edit : mutant.edits()) {
      var shipped = SOURCES.resolve(edit.file());
      var source = folder.resolve(edit.file());
      if (Files.notExists(source) && Files.exists(shipped)) {
        Files.createDirectories(source.getParent());
        Files.copy(shipped, source);
        arguments.add(source.toString());
      }
      var text = Files.exists(source) ? Files.readString(source) : "";
      Files.writeString(source, edit.applyTo(text).orElseGet(() -> fail(outdated(mutant, edit))));
    }
    var messages = new ByteArrayOutputStream();
    var status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertThat(status).as(messages::toString).isZero();
  }

  /** What the simulation finds with the classes in a folder in place of those that ship. */
  private static Optional<?> find(Mutant mutant, Path folder)
      throws IOException, ReflectiveOperationException {
    try (var mutated = new MutatedAgent(folder)) {
      var find =
          mutated
              .loadClass(Simulator.class.getName())
              .getMethod("find", long.class, long.class, boolean.class);
      return (Optional<?>) find.invoke(null, mutant.seed(), LIMIT, mutant.inFolder());
    }
  }

  @ParameterizedTest
  @MethodSource("mutants")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void is_found(Mutant mutant, @TempDir Path folder)
      throws IOException, ReflectiveOperationException {
    compile(mutant, folder);
    var found = find(mutant, folder);
    System.out.printf("| %s | %s |%n", mutant, found);
    assertThat(found).isPresent();
  }
}
