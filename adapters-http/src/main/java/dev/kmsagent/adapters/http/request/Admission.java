package dev.kmsagent.adapters.http.request;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The result of all checks of a request, made once and carried by the request. */
public sealed interface Admission {
  /** The request attribute that carries it. */
  String ATTRIBUTE = Admission.class.getName();

  /** A page without anything confidential. */
  record ToPage(Page page) implements Admission {}

  record ToSecret(SecretRequest request, RetrieveSecret secrets) implements Admission {}

  /**
   * A request of a pod that has to be admitted first, or to log a pod in.
   *
   * @param admission what the rest of the checks give, for which the caller waits
   */
  record Later(Supplier<Admission> admission) implements Admission {}

  /**
   * The one of a secret's current and previous version that has this number for clients of Vault;
   * {@code request} is for the current one.
   */
  record ToVersion(SecretRequest request, long number, RetrieveSecret secrets)
      implements Admission {}

  /** The two versions for clients of Vault, without their values. */
  record ToMetadata(SecretRequest request, RetrieveSecret secrets) implements Admission {}

  /**
   * A JSON that is known already: no secret is in it, and no caller waits for it.
   *
   * @param json gives the UTF-8 for the id of the reply
   */
  record ToBody(int status, Function<String, byte[]> json) implements Admission {}

  record Rejected(Failure failure) implements Admission, Identification {}

  /** Rejects a malformed request; {@code problem} is one sentence for the client. */
  static Rejected invalid(String problem) {
    return new Rejected(Failure.invalidParameter(problem));
  }

  /** The pages. */
  enum Page {
    PING("/ping"),
    HEALTHZ("/healthz"),
    READYZ("/readyz"),
    METRICS("/metrics");

    private static final Map<String, Page> BY_PATH =
        Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Page::path, page -> page));

    private final String path;

    Page(String path) {
      this.path = path;
    }

    public String path() {
      return path;
    }

    public static @Nullable Page at(String path) {
      return BY_PATH.get(path);
    }
  }
}
