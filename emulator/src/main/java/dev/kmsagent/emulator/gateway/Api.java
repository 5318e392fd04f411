package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Authentication;

/** The API of one service behind an RPC gateway; safe for many threads. */
public interface Api {
  /** The version that requests must name. */
  String version();

  /** Authenticates a request. */
  Authentication authenticate(HttpRequest request, RpcRequest call);

  /**
   * Runs an action for the holder of a key or, where the id is empty, for anybody: the fields of
   * the answer except the request id, or an error.
   */
  JsonObject run(RpcRequest call, String accessKeyId);

  /** What the API reports of an error besides its code, its message and the request id. */
  JsonObject errorFields(ApiError error);
}
