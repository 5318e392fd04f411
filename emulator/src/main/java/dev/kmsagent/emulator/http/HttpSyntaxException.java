package dev.kmsagent.emulator.http;

import java.io.IOException;

/** What came in is no HTTP/1.1 request that this server reads; carries the status that says so. */
final class HttpSyntaxException extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String problem;

  HttpSyntaxException(int status, String problem) {
    super(problem);
    this.status = status;
    this.problem = problem;
  }

  HttpResponse response() {
    return HttpResponse.text(status, problem);
  }
}
