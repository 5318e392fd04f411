package dev.kmsagent.domain;

import java.util.regex.Pattern;

/**
 * The name a secret is asked for by: its plain name, or its ARN {@code
 * acs:kms:REGION:ACCOUNT:secret/NAME} (needed for secrets of another account).
 *
 * @param value 1 to 512 characters, no control characters
 */
public record SecretName(String value) {
  private static final Pattern ARN = Pattern.compile("acs:kms:[^:]*:[^:]*:secret/(.+)");

  public SecretName {
    Identifiers.check("a secret's name", value);
  }

  /**
   * The plain name that this name ends in, itself when it is no ARN. Two names with one plain name
   * may be the same secret; only KMS knows, since an agent does not know its own account.
   */
  public SecretName plain() {
    var arn = ARN.matcher(value);
    return arn.matches() ? new SecretName(arn.group(1)) : this;
  }

  @Override
  public String toString() {
    return value;
  }
}
