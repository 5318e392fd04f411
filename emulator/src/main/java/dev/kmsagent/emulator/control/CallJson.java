package dev.kmsagent.emulator.control;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.CallLog;
import java.util.List;
import java.util.Map;

/** Writes the counts of calls and the latest calls as JSON. */
final class CallJson {
  private static final int SHOWN = 50;

  private CallJson() {}

  static JsonObject write(CallLog calls) {
    var json = new JsonObject();
    json.addProperty("total", calls.total());
    json.add("actions", counts(calls.actions()));
    json.add("secrets", counts(calls.secrets()));
    List<Call> latest = calls.latest();
    var shown = new JsonArray();
    latest.subList(Math.max(0, latest.size() - SHOWN), latest.size()).stream()
        .map(CallJson::write)
        .forEach(shown::add);
    json.add("latest", shown);
    return json;
  }

  private static JsonObject counts(Map<String, Long> counts) {
    var json = new JsonObject();
    counts.forEach(json::addProperty);
    return json;
  }

  private static JsonObject write(Call call) {
    var json = new JsonObject();
    json.addProperty("at", call.at().toString());
    json.addProperty("requestId", call.requestId());
    json.addProperty("action", call.action());
    json.addProperty("secret", call.secretName());
    json.addProperty("signature", call.scheme().name());
    json.addProperty("accessKeyId", call.accessKeyId());
    switch (call.outcome()) {
      case Call.Outcome.Served() -> json.addProperty("outcome", "served");
      case Call.Outcome.Refused(var status, var code) -> {
        json.addProperty("outcome", "refused");
        json.addProperty("status", status);
        json.addProperty("code", code);
      }
      case Call.Outcome.Faulted(var fault) -> {
        json.addProperty("outcome", "faulted");
        json.add("by", FaultJson.write(fault));
      }
    }
    return json;
  }
}
