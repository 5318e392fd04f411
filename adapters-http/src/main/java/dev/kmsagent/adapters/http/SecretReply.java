package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.Retrieval.Found;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;

/** The answer that holds a secret, or says that the client has it. */
final class SecretReply {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private SecretReply() {}

  /** Takes the fields of {@code If-None-Match}, and the headers for what was found. */
  static Reply of(Found found, List<String> ifNoneMatch, List<HttpField> headers) {
    var form = found.entry().representation();
    if (!ifNoneMatch.isEmpty() && IfNoneMatch.matches(ifNoneMatch, form.entityTag())) {
      return new Reply(304, headers, NOTHING.duplicate());
    }
    var all = new ArrayList<HttpField>(headers.size() + 1);
    all.addAll(headers);
    all.add(Reply.JSON);
    return new Reply(200, all, form.body());
  }
}
