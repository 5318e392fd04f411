package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The request for a session: the role, the name and the duration. */
record SessionRequest(String roleArn, String sessionName, Duration duration) {
  private static final Pattern ROLE_ARN = Pattern.compile("acs:ram::\\d+:role/[A-Za-z0-9.-]{1,64}");
  private static final Pattern SESSION_NAME = Pattern.compile("[A-Za-z0-9.@_-]{2,64}");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,5}");
  private static final Duration MIN_DURATION = Duration.ofMinutes(15);

  /** Reads the parameters; {@code required} are those that must be there. */
  static Result<SessionRequest> read(Parameters parameters, List<String> required) {
    Optional<ApiError> problem =
        parameters
            .firstMissing(required)
            .map(ApiErrors::missing)
            .or(() -> malformed(parameters, "RoleArn", ROLE_ARN))
            .or(() -> malformed(parameters, "RoleSessionName", SESSION_NAME))
            .or(() -> malformed(parameters, "DurationSeconds", SECONDS));
    return Result.unless(problem, parameters)
        .map(SessionRequest::of)
        .filter(
            request -> request.duration().compareTo(MIN_DURATION) >= 0,
            IdentityErrors.WRONG_DURATION);
  }

  private static Optional<ApiError> malformed(Parameters parameters, String name, Pattern form) {
    return parameters
        .get(name)
        .filter(value -> !form.matcher(value).matches())
        .map(_ -> IdentityErrors.malformed(name));
  }

  private static SessionRequest of(Parameters parameters) {
    return new SessionRequest(
        parameters.get("RoleArn").orElse(""),
        parameters.get("RoleSessionName").orElse(""),
        Duration.ofSeconds(Long.parseLong(parameters.get("DurationSeconds").orElse("3600"))));
  }
}
