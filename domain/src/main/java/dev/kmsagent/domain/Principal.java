package dev.kmsagent.domain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The identity that calls KMS: a RAM role by its ARN or, on an instance, by its name, or an
 * AccessKey by its id. Principals have different rights, so a shared cache is partitioned by
 * principal.
 *
 * @param value not empty
 */
public record Principal(String value) {
  private static final Pattern ROLE = Pattern.compile("acs:ram::(\\d{1,32}):role/.+");

  public Principal {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a principal must not be empty");
    }
  }

  /** The account of a role that is named by its ARN, {@code acs:ram::ACCOUNT:role/NAME}. */
  public Optional<AccountId> account() {
    return Optional.of(ROLE.matcher(value))
        .filter(Matcher::matches)
        .map(it -> it.group(1))
        .map(AccountId::new);
  }

  @Override
  public String toString() {
    return value;
  }
}
