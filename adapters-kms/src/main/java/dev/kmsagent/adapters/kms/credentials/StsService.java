package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * STS: the role that it names, and what its failures mean, in a sentence that says where to look.
 */
final class StsService {
  private static final int PROXY_WANTS_A_LOGIN = 407;

  /**
   * The documented form of {@code AssumedRoleUser.Arn}, and the one that STS has for sessions
   * elsewhere. No name has a slash in it.
   */
  private static final Pattern SESSION =
      Pattern.compile("acs:(?:ram|sts)::(\\d+):(?:assumed-)?role/([\\w.-]{1,64})(?:/[^/]+)?");

  private StsService() {}

  /** The role's ARN without the session's name: every session of a role is the same principal. */
  static Optional<Principal> assumedRole(byte[] answer) {
    return Json.object(answer)
        .flatMap(granted -> Json.object(granted, "AssumedRoleUser"))
        .flatMap(user -> Json.string(user, "Arn"))
        .map(SESSION::matcher)
        .filter(Matcher::matches)
        .map(arn -> new Principal("acs:ram::" + arn.group(1) + ":role/" + arn.group(2)));
  }

  /** STS, or something between, answered with an error. */
  static NoSecret refused(int status, byte[] body) {
    var code = CredentialFailure.code(new String(body, StandardCharsets.UTF_8));
    return advice("transient.", code)
        .<NoSecret>map(sentence -> CredentialFailure.unavailable(code, sentence))
        .orElseGet(() -> byStatus(status, code));
  }

  private static NoSecret byStatus(int status, String code) {
    if (CredentialFailure.isTransient(status)) {
      return CredentialFailure.unavailable(
          code, "STS could not answer just now (HTTP status " + status + ").");
    }
    if (status == PROXY_WANTS_A_LOGIN) {
      return CredentialFailure.unavailable(
          code, "The proxy requires a login: give it in KMS.Proxy as user:password@.");
    }
    if (status / 100 != 4 || code.isEmpty()) {
      return CredentialFailure.unavailable(
          code,
          "Not STS but something else answered (HTTP status " + status + "): see KMS.StsEndpoint.");
    }
    return new IdentityRefused(
        code, advice("permanent.", code).orElse("STS refuses to give credentials (" + code + ")."));
  }

  /** The sentence of the longest name that the code, after its kind, begins with. */
  private static Optional<String> advice(String kind, String code) {
    return Sentences.ALL.stringPropertyNames().stream()
        .filter((kind + code)::startsWith)
        .max(Comparator.comparingInt(String::length))
        .map(Sentences.ALL::getProperty);
  }

  /** What errors mean, read with the first of them. */
  private static final class Sentences {
    static final Properties ALL = new Properties();

    static {
      try (var in = StsService.class.getResourceAsStream("sts-errors.properties")) {
        ALL.load(in);
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  static NoSecret unanswered(Exception failure) {
    return CredentialFailure.unavailable("", TransportFailure.classify(failure, "STS").detail());
  }
}
