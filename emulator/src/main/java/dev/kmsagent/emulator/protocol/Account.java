package dev.kmsagent.emulator.protocol;

/** Whose secrets they are, and where: both are part of a secret's ARN. */
public record Account(String region, String id) {
  /** The ARN of the secret of this name. */
  public String arn(String secretName) {
    return "acs:kms:" + region + ":" + id + ":secret/" + secretName;
  }
}
