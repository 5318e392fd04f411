package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Parameters;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The request for a session: the role, the name and the duration. */
record SessionRequest(String roleArn, String sessionName, Duration duration) {
  private static final Pattern ROLE_ARN = Pattern.compile("acs:ram::\\d+:role/[A-Za-z0-9.-]{1,64}");
  private static final Pattern SESSION_NAME = Pattern.compile("[A-Za-z0-9.@_-]{2,64}");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,5}");
  private static final Duration MIN_DURATION = Duration.ofMinutes(15);

  /** Reads the parameters; {@code required} are those that must be there. */
  static SessionRequest read(Parameters parameters, List<String> required) {
    parameters.require(required);
    String seconds = wellFormed(parameters, "DurationSeconds", "3600", SECONDS);
    var request =
        new SessionRequest(
            wellFormed(parameters, "RoleArn", "", ROLE_ARN),
            wellFormed(parameters, "RoleSessionName", "", SESSION_NAME),
            Duration.ofSeconds(Long.parseLong(seconds)));
    IdentityErrors.WRONG_DURATION.unless(request.duration().compareTo(MIN_DURATION) >= 0);
    return request;
  }

  private static String wellFormed(
      Parameters parameters, String name, String otherwise, Pattern form) {
    String value = parameters.get(name).orElse(otherwise);
    IdentityErrors.malformed(name).unless(form.matcher(value).matches());
    return value;
  }
}
