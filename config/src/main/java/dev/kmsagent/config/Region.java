package dev.kmsagent.config;

/** The region of the secrets. */
public sealed interface Region {

  /** A region by its id, for example {@code cn-hangzhou}. */
  record Named(String id) implements Region {}

  /** Nobody named one: the endpoint alone says where KMS is. */
  record Unnamed() implements Region {}
}
