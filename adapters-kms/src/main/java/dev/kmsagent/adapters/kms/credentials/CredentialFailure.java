package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.exception.CredentialException;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Why there are no credentials, read from the texts of credentials-java's exceptions, which carry
 * nothing else. Only error codes are passed on: a text can quote an answer of STS.
 */
final class CredentialFailure {
  private static final Pattern STATUS = Pattern.compile("HttpCode[:=] ?(\\d{1,3})");
  private static final Pattern CODE =
      Pattern.compile("\"Code\"\\s*:\\s*\"([A-Za-z0-9._]{1,128})\"");

  private static final String UNREACHABLE = "Failed to connect";
  private static final String ALL_FAILED = "Unable to load credentials from any of the providers";

  /** The chain tries it everywhere, and in most places it is not: no sign of an outage. */
  private static final Pattern NO_METADATA_SERVICE =
      Pattern.compile(
          "Failed to connect ECS Metadata Service|from ECS metadata service\\. HttpCode=0");

  private static final String NONE_FOUND =
      "No credentials were found: set KMS.CredentialType and what it needs, or the variables"
          + " ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.";

  private CredentialFailure() {}

  static NoSecret reason(RuntimeException failure) {
    if (!(failure instanceof CredentialException)) {
      return unavailable("", "Credentials failed: " + failure.getClass().getName() + ".");
    }
    var text = text(failure);
    return text.contains(ALL_FAILED)
        ? reason(NO_METADATA_SERVICE.matcher(text).replaceAll(""))
        : reason(text);
  }

  private static NoSecret reason(String text) {
    var statuses =
        STATUS.matcher(text).results().map(status -> Integer.parseInt(status.group(1))).toList();
    if (!statuses.isEmpty()) {
      return answered(statuses, code(text));
    }
    return text.contains(UNREACHABLE)
        ? unavailable("", "STS or the metadata service cannot be reached.")
        : new IdentityRefused("", NONE_FOUND);
  }

  private static NoSecret answered(List<Integer> statuses, String code) {
    // The platform is about to replace an expired token.
    return code.equals("AuthenticationFail.OIDCToken.Expired")
            || code.startsWith("Throttling")
            || statuses.stream().anyMatch(CredentialFailure::isTransient)
        ? unavailable(code, "STS or the metadata service does not give credentials just now.")
        : new IdentityRefused(code, "STS or the metadata service refuses to give credentials.");
  }

  /** 0 is what credentials-java calls having had no answer. */
  static boolean isTransient(int status) {
    return status == 0 || status == 408 || status == 429 || status / 100 == 5;
  }

  private static String text(Throwable failure) {
    return TransportFailure.causes(failure)
        .map(Throwable::getMessage)
        .filter(Objects::nonNull)
        .collect(Collectors.joining("; "));
  }

  static String code(String text) {
    var code = CODE.matcher(text);
    return code.find() ? code.group(1) : "";
  }

  static Unavailable unavailable(String code, String detail) {
    return new Unavailable(Unavailable.Cause.CREDENTIALS, code, detail);
  }
}
