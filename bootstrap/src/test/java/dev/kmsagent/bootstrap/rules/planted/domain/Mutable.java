package dev.kmsagent.bootstrap.rules.planted.domain;

import com.google.gson.Gson;

/** The domain knows the JDK alone; not final, an array in a record, a raw token. */
final class Mutable {
  int count;
  final Gson gson = new Gson();

  record Raw(String accessToken) {}

  @SuppressWarnings("ArrayRecordComponent") // It is the violation.
  record RawBytes(byte[] accessKey) {}
}
