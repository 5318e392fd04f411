package dev.kmsagent.adapters.kms.identity;

import com.aliyun.credentials.http.CompatibleUrlConnClient;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;

/**
 * credentials-java's own transport, which remembers the status of the last answer: the library
 * tells a failure in a text alone, with the answer in it. For one thread.
 */
final class MetadataTransport extends CompatibleUrlConnClient {
  /** What the library says of having had no answer, too. */
  static final int NO_ANSWER = 0;

  private int lastStatus = NO_ANSWER;

  int lastStatus() {
    return lastStatus;
  }

  @Override
  public HttpResponse syncInvoke(HttpRequest request) {
    lastStatus = NO_ANSWER;
    var response = super.syncInvoke(request);
    lastStatus = response.getResponseCode();
    return response;
  }
}
