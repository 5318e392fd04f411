package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
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
record ProbeEntry(EntryKey key, Envelope entry, Envelope revocation) {
  /** What is left there by mistake goes by itself. */
  static final Duration LIFE = Duration.ofSeconds(10);

  private static final String NAME = "scratch";

  static ProbeEntry make(String prefix, SecureRandom random, Instant now) {
    var material = new byte[SealingKey.LENGTH];
    random.nextBytes(material);
    var partition = new Partition(new Principal(NAME), "", "");
    var codec = new EntryCodec(new SealingKey(material, random), partition, prefix);
    var key = codec.key(SecretQuery.current(new SecretName(NAME)));
    var revocation = new Content.Revocation(now, now.plus(LIFE));
    return new ProbeEntry(key, codec.seal(key, entry(now)), codec.seal(key, revocation));
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
    return key.field();
  }
}
