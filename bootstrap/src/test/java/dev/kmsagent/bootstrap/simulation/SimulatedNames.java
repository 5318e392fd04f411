package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.testkit.Secrets;

/** The principals and secrets of a simulation. */
final class SimulatedNames {
  static final KmsEndpoint GATEWAY =
      new KmsEndpoint("cn-hangzhou", "kms.cn-hangzhou.aliyuncs.com:443");

  static final SealingKey KEY =
      new SealingKey(new byte[SealingKey.LENGTH], new SharingAgent.SeededRandom(1));

  static final String PREFIX = "kms-agent";

  private static final String ACCOUNT = "1234567890";

  private SimulatedNames() {}

  static Principal principal(int number) {
    return new Principal("acs:ram::" + ACCOUNT + ":role/" + (char) ('p' + number));
  }

  static String agent(int number) {
    return String.valueOf((char) ('A' + number));
  }

  static String secret(int number) {
    return String.valueOf((char) ('s' + number));
  }

  static SecretQuery current(String secret) {
    return Secrets.current(secret);
  }

  static SecretQuery previous(String secret) {
    return Secrets.byStage(secret, "ACSPrevious");
  }

  /** The current version, by the name of the own account. */
  static SecretQuery byArn(String secret) {
    var arn = "acs:kms:cn-hangzhou:" + ACCOUNT + ":secret/" + secret;
    return SecretQuery.current(new SecretName(arn));
  }

  /** A query in a line of a schedule. */
  static String text(SecretQuery query) {
    return (query.isForCurrent() ? "" : "the previous ") + query.name().value();
  }
}
