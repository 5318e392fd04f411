package dev.kmsagent.adapters.kms;

import java.util.List;

/**
 * The loggers of the vendor's libraries. They print strings to sign with the security token in
 * them, answers of STS with its keys, and exceptions that quote secrets: whoever sets logging up
 * must shut them off, at every level. Nothing they tell is missed; all of it is in the outcomes.
 */
public final class SdkLoggers {
  /** Their names; each stands for all that begin so. */
  public static final List<String> NAMES = List.of("com.aliyun", "darabonba");

  private SdkLoggers() {}
}
