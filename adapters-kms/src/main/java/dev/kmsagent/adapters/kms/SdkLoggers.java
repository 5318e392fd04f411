package dev.kmsagent.adapters.kms;

import java.util.List;

/**
 * The loggers of the vendor's libraries, which must be off at every level: they print strings to
 * sign with the security token in them, and answers of STS with its keys.
 */
public final class SdkLoggers {
  /** Their names, each with everything below it. */
  public static final List<String> NAMES = List.of("com.aliyun", "darabonba");

  private SdkLoggers() {}
}
