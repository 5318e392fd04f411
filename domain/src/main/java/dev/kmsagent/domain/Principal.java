package dev.kmsagent.domain;

/**
 * The identity that calls KMS: a RAM role by its ARN or, on an instance, by its name, or an
 * AccessKey by its id. Principals have different rights, so a shared cache is partitioned by
 * principal.
 *
 * @param value not empty
 */
public record Principal(String value) {
  public Principal {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a principal must not be empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
