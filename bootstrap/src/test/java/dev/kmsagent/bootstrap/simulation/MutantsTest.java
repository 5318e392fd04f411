package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation finds bugs that are planted into the shared cache. */
class MutantsTest {
  /** Where the seed of a bug finds it no more, those below this one are tried. */
  private static final long LIMIT = 20_000;

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
            "shared/Judge.java",
            "Stream.of(own, whole, marks.revokedAt(keys.first().key(query)))",
            "Stream.of(own, whole)",
            "shared/Judge.java",
            ".revokedAt(found.key())",
            ".latest(Stream.of())"),
        Mutant.of(
            "a tombstone does not drop the copy",
            5,
            "shared/StoreReader.java",
            "if (result instanceof LookupResult.Revoked(var at)) {",
            "if (result instanceof LookupResult.Revoked(var at) && at == null) {",
            "shared/Judge.java",
            "if (revocations.received(subject, at)) {",
            "if (revocations.received(subject, at) && at == null) {"),
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
            "List.of(partition.principal().value(), kms.region(), kms.authority())",
            "List.of(kms.region(), kms.authority())"));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void is_found(Mutant mutant, @TempDir Path folder)
      throws IOException, ReflectiveOperationException {
    var found = mutant.find(LIMIT, folder);
    System.out.printf("| %s | %s |%n", mutant.bug(), found.orElse("survives"));
    assertThat(found).as(mutant.bug()).isPresent();
  }
}
