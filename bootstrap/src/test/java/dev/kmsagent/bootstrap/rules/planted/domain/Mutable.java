package dev.kmsagent.bootstrap.rules.planted.domain;

/** Not final, an array in a record, a raw token. */
final class Mutable {
  int count;

  @SuppressWarnings("ArrayRecordComponent") // It is the violation.
  record Holder(byte[] bytes) {}

  record Raw(String accessToken) {}

  @SuppressWarnings("ArrayRecordComponent") // It is the violation.
  record RawBytes(byte[] accessKey) {}
}
