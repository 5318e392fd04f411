package dev.kmsagent.adapters.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of a request before it is answered, whatever server received it. */
interface RequestHead {
  String method();

  /** The path as it was sent: nothing decoded, nothing normalised. */
  String path();

  /** The query as it was sent, without its question mark; null when there is no question mark. */
  @Nullable String query();

  /**
   * The values of every header field called {@code name}, in any case; empty when there is none.
   */
  List<String> values(String name);
}
