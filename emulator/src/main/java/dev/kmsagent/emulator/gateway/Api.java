package dev.kmsagent.emulator.gateway;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Result;

/** One version of one service's API, as it stands behind an RPC gateway; safe for many threads. */
public interface Api extends ErrorFormat {
  /** The version that requests must name. */
  String version();

  /** Who sent a request, and whether to believe it. */
  Authentication judge(HttpRequest request, RpcRequest call);

  /**
   * Does what is asked, for the holder of a key or, where the id is empty, for anybody: the
   * answer's fields but for the request id, or a refusal.
   */
  Result<JsonObject> run(RpcRequest call, String accessKeyId);
}
