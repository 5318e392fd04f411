package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.Wildcard;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is asked of every session: which role, under which name, for how long, to read what. */
record SessionRequest(
    String roleArn, String sessionName, Duration duration, List<Wildcard> readable) {
  private static final Pattern ROLE_ARN = Pattern.compile("acs:ram::\\d+:role/[A-Za-z0-9.-]{1,64}");
  private static final Pattern SESSION_NAME = Pattern.compile("[A-Za-z0-9.@_-]{2,64}");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,5}");
  private static final int LONGEST_POLICY = 2048;
  private static final Duration SHORTEST = Duration.ofMinutes(15);

  SessionRequest {
    readable = List.copyOf(readable);
  }

  /** Reads the parameters; {@code required} are those that must be there. */
  static Result<SessionRequest> read(Parameters parameters, List<String> required) {
    Optional<ApiError> problem =
        required.stream()
            .filter(name -> parameters.get(name).isEmpty())
            .findFirst()
            .map(StsErrors::missing)
            .or(() -> malformed(parameters, "RoleArn", ROLE_ARN))
            .or(() -> malformed(parameters, "RoleSessionName", SESSION_NAME))
            .or(() -> malformed(parameters, "DurationSeconds", SECONDS))
            .or(() -> tooLong(parameters));
    return problem.isPresent()
        ? new Result.Refused<>(problem.get())
        : SessionPolicy.read(parameters.get("Policy")).then(policy -> of(parameters, policy));
  }

  private static Optional<ApiError> malformed(Parameters parameters, String name, Pattern form) {
    return parameters
        .get(name)
        .filter(value -> !form.matcher(value).matches())
        .map(_ -> StsErrors.wronglyFormed(name));
  }

  private static Optional<ApiError> tooLong(Parameters parameters) {
    return parameters
        .get("Policy")
        .filter(policy -> policy.length() > LONGEST_POLICY)
        .map(_ -> StsErrors.policySize());
  }

  private static Result<SessionRequest> of(Parameters parameters, List<Wildcard> readable) {
    Duration asked =
        Duration.ofSeconds(Long.parseLong(parameters.get("DurationSeconds").orElse("3600")));
    var request =
        new SessionRequest(
            parameters.get("RoleArn").orElse(""),
            parameters.get("RoleSessionName").orElse(""),
            asked,
            readable);
    return asked.compareTo(SHORTEST) < 0
        ? new Result.Refused<>(StsErrors.duration())
        : new Result.Done<>(request);
  }
}
