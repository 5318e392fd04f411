package dev.kmsagent.emulator.gateway;

import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.ApiError;

/** How one service words its refusals. */
@FunctionalInterface
public interface ErrorFormat {
  /** The response that tells an error to the client that made this request. */
  HttpResponse refusal(ApiError error, String requestId);
}
