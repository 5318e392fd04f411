package dev.kmsagent.adapters.http;

import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** The head of a GET, its fields as Jetty keeps them. */
record GetHead(String path, String query, HttpFields fields) implements RequestHead {
  /** Of what an application sends for a secret. */
  static GetHead of(String secret, String token) {
    var fields =
        HttpFields.build()
            .add("Host", "127.0.0.1:2025")
            .add("User-Agent", "curl/8.14.1")
            .add("Accept", "*/*")
            .add("X-KMS-Token", token);
    return new GetHead("/secretsmanager/get", "secretId=" + secret, fields.asImmutable());
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public @Nullable String query() {
    return query;
  }

  @Override
  public List<String> values(String name) {
    return fields.getValuesList(name);
  }
}
