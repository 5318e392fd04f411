package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.adapters.cache.seal.Content;
import dev.kmsagent.adapters.cache.seal.Envelope;
import dev.kmsagent.adapters.cache.seal.Partition;
import dev.kmsagent.adapters.cache.seal.SealingKey;
import dev.kmsagent.adapters.cache.seal.Slot;
import dev.kmsagent.adapters.cache.seal.Vault;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.VersionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A place that nobody else uses, since it goes by a key that nobody else has. */
record Scratch(Slot slot, Envelope entry, Envelope revocation) {
  /** What is left there by mistake goes by itself. */
  static final Duration LIFE = Duration.ofSeconds(10);

  private static final String NAME = "scratch";

  static Scratch make(String prefix, SecureRandom random, Instant now) {
    var material = new byte[SealingKey.LENGTH];
    random.nextBytes(material);
    var partition = new Partition(new Principal(NAME), "", "");
    var vault = new Vault(new SealingKey(material, random), partition, prefix);
    var slot = vault.slot(SecretQuery.current(new SecretName(NAME)));
    var revocation = new Content.Revocation(now, now.plus(LIFE));
    return new Scratch(slot, vault.seal(slot, entry(now)), vault.seal(slot, revocation));
  }

  private static Content.Entry entry(Instant now) {
    var secret =
        new Secret(
            new SecretName(NAME),
            new VersionId("1"),
            List.of(),
            DataType.TEXT,
            SecretValue.of(NAME),
            Map.of());
    var end = now.plus(LIFE);
    return new Content.Entry(secret, now, end, end, end);
  }

  /** Who claims it: as much nobody else's as the place. */
  String holder() {
    return slot.field();
  }
}
