package dev.kmsagent.emulator.kms;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;

/** Reads the parameters that are JSON documents. */
final class JsonParameter {
  private static final Gson GSON = new Gson();

  private JsonParameter() {}

  /** The document read as {@code type}, {@code absent} where there is none. */
  static <T> Result<T> read(Parameters parameters, String name, Class<T> type, T absent) {
    if (parameters.get(name).isEmpty()) {
      return new Result.Done<>(absent);
    }
    try {
      T read = GSON.fromJson(parameters.get(name).get(), type);
      return read == null ? refused(name) : new Result.Done<>(read);
    } catch (JsonSyntaxException _) {
      return refused(name);
    }
  }

  private static <T> Result<T> refused(String name) {
    return new Result.Refused<>(ParameterErrors.invalid(name));
  }
}
