package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.testkit.Secrets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Keys, partitions and contents that differ in one thing at a time. */
final class SealingFixtures {
  static final String PREFIX = "kms-agent";
  static final Partition PARTITION =
      partition("acs:ram::1234567890:role/orders", "cn-hangzhou", "kms.example:443");
  static final EntryCodec CODEC = codec(key(1), PARTITION, PREFIX);
  static final Instant READ = Instant.parse("2026-01-01T00:00:00.123456789Z");

  private SealingFixtures() {}

  /** A key of equal bytes. */
  static SealingKey key(int number) {
    var material = new byte[SealingKey.LENGTH];
    Arrays.fill(material, (byte) number);
    return new SealingKey(material, new SecureRandom());
  }

  static Partition partition(String principal, String region, String endpoint) {
    return new Partition(new Principal(principal), new KmsEndpoint(region, endpoint));
  }

  static EntryCodec codec(SealingKey sealingKey, Partition partition, String prefix) {
    return new EntryCodec(sealingKey, partition, prefix);
  }

  /** Those that differ from {@link #CODEC} in the principal, region, endpoint, prefix or key. */
  static List<EntryCodec> strangers() {
    var region = PARTITION.kms().region();
    var endpoint = PARTITION.kms().authority();
    var principal = PARTITION.principal().value();
    return List.of(
        codec(key(1), partition("acs:ram::1234567890:role/billing", region, endpoint), PREFIX),
        codec(key(1), partition(principal, "cn-shanghai", endpoint), PREFIX),
        codec(key(1), partition(principal, region, "kms.example:8443"), PREFIX),
        codec(key(1), PARTITION, "kms-agent2"),
        codec(key(2), PARTITION, PREFIX));
  }

  static Content.Entry entry(String name, String value) {
    var secret = Secrets.text(name, "v1", value);
    var entry = Secrets.entry(secret, READ);
    return new Content.Entry(
        secret, entry.readAt(), entry.refreshAt(), entry.freshUntil(), entry.staleUntil());
  }

  static Content.Revocation revocation() {
    return new Content.Revocation(READ, READ.plus(Duration.ofMinutes(3)));
  }
}
