package dev.kmsagent.bootstrap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
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
            144,
            "shared/StoreReader.java",
            "LookupResult.Revoked _ -> copies.confirm(query, keys, snapshot);",
            """
            LookupResult.Revoked _ -> {
              var _ = copies.findAny(query, keys).map(copy -> offer(query, keys, copy));
              copies.confirm(query, keys, snapshot);
            }
            """,
            "shared/SharedSecretCache.java",
            "return copies.compareTo(LONGEST_CALL) < 0 ? LONGEST_CALL : copies;",
            "return Duration.ofMinutes(3);"),
        Mutant.of(
            "a tombstone that the store has lost is not written again",
            95,
            "shared/Revocations.java",
            "private void writeAgain(Revocation revocation) {",
            "private void writeAgain(Revocation revocation) { if (clock != null) { return; }"),
        Mutant.of(
            "a refusal counts only while the store has its tombstone",
            7006,
            "shared/SharedEntries.java",
            "var revokedAt = revocations.latest(place.key());",
            """
            var revokedAt =
                Stream.of(revocation(gone), revocation(kept))
                    .flatMap(Optional::stream)
                    .max(Instant::compareTo);
            """),
        Mutant.of(
            "a tombstone does not drop the copy",
            4,
            "shared/StoreReader.java",
            "case LookupResult.Revoked(var at) -> copies.drop(query, at);",
            "case LookupResult.Revoked(var at) -> {}",
            "shared/Revocations.java",
            "copies.dropAll(key.hash(), latestHere(at));",
            ""),
        Mutant.of(
            "an announced change is ignored",
            334,
            "shared/InvalidationHandler.java",
            "var outdated = copies.changed(hash);",
            "Set<SecretQuery> outdated = Set.of();"),
        Mutant.of(
            "a new connection raises no epoch",
            10493,
            "shared/CoherenceTracker.java",
            "epoch.incrementAndGet();",
            "var _ = epoch.get();"),
        Mutant.of(
            "a lease has two holders",
            1,
            "shared/LeaseElection.java",
            "if (!claim.granted()) {",
            "if (claim == null) {"),
        Mutant.of(
            "a lease never ends",
            103,
            "shared/LeaseElection.java",
            "LEASE = Duration.ofSeconds(3);",
            "LEASE = Duration.ofDays(1);"),
        Mutant.of(
            "a later reading makes room for an older one",
            238,
            "shared/HighWaterMarks.java",
            "if (known != null && at.isBefore(known.at())) {",
            "if (known != null && at == null) {",
            "memory/CaffeineSecretCache.java",
            "if (kept.readAt().isAfter(read.readAt())) {",
            "if (read == null) {"),
        Mutant.of(
            "the clock of the store is taken for the agent's own",
            241,
            "shared/StoreClock.java",
            "return Duration.between(received, at);",
            "return Duration.ZERO;",
            "shared/StoreClock.java",
            "return Duration.between(sent, at);",
            "return Duration.ZERO;"),
        Mutant.of(
            "principals share their entries",
            2,
            "crypto/EntryCodec.java",
            "List.of(partition.principal().value(), kms.region(), kms.authority())",
            "List.of(kms.region(), kms.authority())"));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void is_found(Mutant mutant) throws IOException, ReflectiveOperationException {
    var found = mutant.find(LIMIT);
    System.out.printf("| %s | %s |%n", mutant.bug(), found.orElse("survives"));
    assertThat(found).as(mutant.bug()).isPresent();
  }
}
