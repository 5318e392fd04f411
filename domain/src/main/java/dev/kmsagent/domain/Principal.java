package dev.kmsagent.domain;

/**
 * As whom KMS is called: a RAM role by its ARN or, on an instance, its name, or an AccessKey by its
 * id. What one principal may read another may not: who shares a cache is told apart by it.
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
