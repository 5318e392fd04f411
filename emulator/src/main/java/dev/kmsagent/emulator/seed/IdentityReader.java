package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.emulator.protocol.AccessKey;
import java.util.List;
import java.util.Optional;

/** Reads an {@code [[access-key]]} and a {@code [[role]]} table. */
final class IdentityReader {
  private IdentityReader() {}

  /** The key; empty without an id or a secret. Problems are added to the table. */
  static Optional<AccessKey> accessKey(SeedTable table) {
    table.allow("id", "secret", "reads");
    Optional<String> keySecret = table.required("secret", ".+");
    String[] readable = patterns(table, "reads");
    return table
        .required("id", "[A-Za-z0-9._-]{1,128}")
        .flatMap(id -> keySecret.map(it -> AccessKey.lasting(id, it).reading(readable)));
  }

  /** The role; empty without a name. Problems are added to the table. */
  static Optional<Role> role(SeedTable table) {
    table.allow("name", "reads", "subjects");
    String[] readable = patterns(table, "reads");
    TrustPolicy trust = TrustPolicy.everybody().subjects(patterns(table, "subjects"));
    return table
        .required("name", "[A-Za-z0-9.-]{1,64}")
        .map(name -> Role.named(name).trusting(trust).reading(readable));
  }

  /** Everything by default; an empty list is nothing. */
  private static String[] patterns(SeedTable table, String name) {
    List<String> patterns = table.has(name) ? table.strings(name) : List.of("*");
    return patterns.toArray(String[]::new);
  }
}
