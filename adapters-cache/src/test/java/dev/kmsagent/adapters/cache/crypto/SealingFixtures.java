package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.domain.Principal;
import java.security.SecureRandom;
import java.util.Arrays;

/** The keys and partitions of the tests. */
public final class SealingFixtures {
  public static final String PREFIX = "kms-agent";
  public static final String PRINCIPAL = "acs:ram::1234567890:role/orders";
  public static final KmsEndpoint KMS = new KmsEndpoint("cn-hangzhou", "kms.example:443");
  public static final SealingKey KEY = key(1);
  public static final EntryCodec CODEC = codec(KEY, PRINCIPAL);

  private SealingFixtures() {}

  /** A key of equal bytes. */
  public static SealingKey key(int number) {
    var material = new byte[SealingKey.LENGTH];
    Arrays.fill(material, (byte) number);
    return new SealingKey(material, new SecureRandom());
  }

  /** Of the agents that have this key and this principal. */
  public static EntryCodec codec(SealingKey sealingKey, String principal) {
    return new EntryCodec(sealingKey, new Principal(principal), KMS, PREFIX);
  }
}
