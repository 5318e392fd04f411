package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Whatever KMS may give, and be asked for: in every script, of any date. */
final class AnyEntry {
  private AnyEntry() {}

  static Arbitrary<Content.Entry> entries() {
    return Combinators.combine(secrets(), dates(), dates(), dates(), dates())
        .as(Content.Entry::new);
  }

  static Arbitrary<Secret> secrets() {
    return Combinators.combine(
            identifiers().map(SecretName::new),
            identifiers().map(VersionId::new),
            identifiers().map(Stage::new).list().ofMaxSize(5),
            Arbitraries.of(DataType.class),
            texts().map(SecretValue::of),
            Arbitraries.maps(Arbitraries.of(SecretAttribute.class), texts()))
        .as(Secret::new);
  }

  static Arbitrary<SecretQuery> queries() {
    return Combinators.combine(identifiers().map(SecretName::new), versions()).as(SecretQuery::new);
  }

  private static Arbitrary<VersionSelector> versions() {
    var ids = identifiers().map(VersionId::new);
    var stages = identifiers().map(Stage::new);
    return Arbitraries.oneOf(
        ids.map(VersionSelector::byId),
        stages.map(VersionSelector::byStage),
        Combinators.combine(ids.map(Optional::of), stages.map(Optional::of))
            .as(VersionSelector::new));
  }

  /** Up to the ends of what an {@link Instant} can be. */
  static Arbitrary<Instant> dates() {
    var seconds =
        Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond());
    var nanos = Arbitraries.integers().between(0, 999_999_999);
    return Combinators.combine(seconds, nanos).as(Instant::ofEpochSecond);
  }

  /** What UTF-8 can hold: no half of a pair of surrogates. */
  static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withCharRange('\0', '\uD7FF').ofMaxLength(200),
        Arbitraries.of("", "密".repeat(20_000), "\uD83D\uDD11", "{\"a\":\"\\u0000\"}"));
  }

  static Arbitrary<String> identifiers() {
    return Arbitraries.strings()
        .withCharRange(' ', '~')
        .withCharRange('\u00A0', '\uD7FF')
        .ofMinLength(1)
        .ofMaxLength(30);
  }
}
