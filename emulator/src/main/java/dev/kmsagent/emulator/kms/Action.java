package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** One operation of the KMS API. */
interface Action {
  /** The parameters without which it does not run. */
  List<String> required();

  /** Runs it: the answer's fields but for the request id, or a refusal. */
  Result<JsonObject> run(Parameters parameters);
}
