package dev.kmsagent.bootstrap.rules.planted.domain;

import com.google.gson.Gson;

/** The domain knows the JDK alone; not final, an array in a record, texts that are confidential. */
final class Mutable {
  int count;
  final Gson gson = new Gson();

  @SuppressWarnings("ArrayRecordComponent") // It is the violation.
  record Raw(
      String accessToken,
      String credential,
      String API_KEY,
      String[] passwords,
      char[] secret,
      byte[] keys,
      byte key) {}
}
