package dev.kmsagent.emulator.control;

import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import java.util.regex.Pattern;

/**
 * Tells a program on this machine from a page in its browser: by the Origin and, against DNS
 * rebinding, by the Host.
 */
final class BrowserGuard {
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?", Pattern.CASE_INSENSITIVE);

  private BrowserGuard() {}

  /** The request itself, or why it is not listened to. */
  static Result<HttpRequest> check(HttpRequest request) {
    if (request.headers().first("origin").isPresent()) {
      return refused("Pages in a browser have no access.");
    }
    return request.headers().first("host").filter(h -> LOOPBACK.matcher(h).matches()).isPresent()
        ? new Result.Done<>(request)
        : refused("The Host must be loopback.");
  }

  private static Result<HttpRequest> refused(String reason) {
    return new Result.Refused<>(new ApiError(403, "Forbidden.Host", reason));
  }
}
