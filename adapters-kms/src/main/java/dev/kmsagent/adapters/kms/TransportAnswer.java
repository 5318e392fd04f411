package dev.kmsagent.adapters.kms;

import com.aliyun.core.http.HttpHeaders;
import com.aliyun.core.http.HttpRequest;
import com.aliyun.core.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** A whole answer in the form that the SDK reads. */
final class TransportAnswer extends HttpResponse {
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;

  TransportAnswer(HttpRequest request, int status, java.net.http.HttpHeaders headers, byte[] body) {
    super(request);
    this.status = status;
    this.headers = joined(headers);
    this.body = body;
  }

  private static HttpHeaders joined(java.net.http.HttpHeaders received) {
    var joined = new HashMap<String, String>();
    received.map().forEach((name, values) -> joined.put(name, String.join(",", values)));
    return new HttpHeaders(joined);
  }

  @Override
  public int getStatusCode() {
    return status;
  }

  @Override
  public @Nullable String getHeaderValue(String name) {
    return headers.getValue(name);
  }

  @Override
  public HttpHeaders getHeaders() {
    return headers;
  }

  @Override
  public ByteBuffer getBody() {
    return ByteBuffer.wrap(body).asReadOnlyBuffer();
  }

  @Override
  public byte[] getBodyAsByteArray() {
    return body.clone();
  }

  @Override
  public String getBodyAsString() {
    return getBodyAsString(StandardCharsets.UTF_8);
  }

  @Override
  public String getBodyAsString(Charset charset) {
    return new String(body, charset);
  }
}
