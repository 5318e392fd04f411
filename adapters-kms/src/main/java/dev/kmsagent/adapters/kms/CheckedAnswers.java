package dev.kmsagent.adapters.kms;

import com.aliyun.core.http.HttpClient;
import com.aliyun.core.http.HttpRequest;
import com.aliyun.core.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

/**
 * Lets only whole GetSecretValue answers through to the SDK, which turns numbers and objects into
 * strings, loses the status of an error page and quotes bodies in its exceptions. All else ends as
 * {@link CallFailed}.
 */
final class CheckedAnswers implements HttpClient {
  private final HttpClient transport;

  CheckedAnswers(HttpClient transport) {
    this.transport = transport;
  }

  @Override
  public CompletableFuture<HttpResponse> send(HttpRequest request) {
    return transport.send(request).thenApply(CheckedAnswers::checked);
  }

  private static HttpResponse checked(HttpResponse answer) {
    if (answer.getStatusCode() / 100 == 2) {
      AnswerShape.check(answer.getBodyAsByteArray());
      return answer;
    }
    throw new CallFailed(new CallFailed.Reason.ErrorAnswer(ErrorAnswer.read(answer)));
  }

  @Override
  public void close() {
    transport.close();
  }
}
