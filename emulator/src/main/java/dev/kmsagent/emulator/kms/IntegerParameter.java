package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Optional;

/** A parameter that is a whole number within bounds. */
record IntegerParameter(String name, int usual, int least, int most) {

  Result<Integer> read(Parameters parameters) {
    Optional<String> text = parameters.get(name);
    if (text.isEmpty()) {
      return new Result.Done<>(usual);
    }
    try {
      int number = Integer.parseInt(text.get());
      return number >= least && number <= most ? new Result.Done<>(number) : refused();
    } catch (NumberFormatException _) {
      return refused();
    }
  }

  private Result<Integer> refused() {
    return new Result.Refused<>(ParameterErrors.invalid(name));
  }
}
