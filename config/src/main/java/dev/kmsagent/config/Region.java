package dev.kmsagent.config;

/** The region of the secrets. */
public sealed interface Region {

  /** A region by its id, for example {@code cn-hangzhou}. */
  record Named(String id) implements Region {}

  /** Nobody named one: the endpoint alone says where KMS is. */
  record Unnamed() implements Region {}

  /** Whether this is the id of a region, and so a label in the name of a host. */
  static boolean isId(String text) {
    return text.matches("[a-z0-9]+(-[a-z0-9]+)*");
  }
}
