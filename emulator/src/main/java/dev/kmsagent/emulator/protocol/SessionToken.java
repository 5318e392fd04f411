package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;

/** The token that must accompany a key minted by STS, hidden from every log and message. */
public record SessionToken(String value) {

  /** Equality in a time that does not depend on the content. */
  boolean matches(SessionToken other) {
    return MessageDigest.isEqual(value.getBytes(UTF_8), other.value.getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "***";
  }
}
