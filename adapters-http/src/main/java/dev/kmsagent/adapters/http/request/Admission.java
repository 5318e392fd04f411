package dev.kmsagent.adapters.http.request;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.domain.Requester;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The result of all checks of a request, made once and carried by the request. */
public sealed interface Admission {
  /** The request attribute that carries it. */
  String ATTRIBUTE = Admission.class.getName();

  /** The cached secret that is the reply, where that is all that was asked for. */
  default Optional<Found> lookUp(Requester requester) {
    return Optional.empty();
  }

  /** Whether the reply is made without waiting. */
  default boolean isImmediate() {
    return this instanceof ToBody || this instanceof Rejected;
  }

  /** A secret, or a field of it. */
  record ToSecret(SecretRequest request, RetrieveSecret secrets) implements Admission {
    @Override
    public Optional<Found> lookUp(Requester requester) {
      return request.takesCachedAnswer()
          ? secrets.by(requester).lookUp(request.query())
          : Optional.empty();
    }
  }

  /**
   * The one of a secret's current and previous version that has this number for clients of Vault;
   * {@code request} is for the current one.
   */
  record ToVersion(SecretRequest request, long number, RetrieveSecret secrets)
      implements Admission {}

  /** The two versions for clients of Vault, without their values. */
  record ToMetadata(SecretRequest request, RetrieveSecret secrets) implements Admission {}

  /**
   * A body that is known already, without a secret.
   *
   * @param body gives it for the id of the reply
   */
  record ToBody(int status, String contentType, Function<String, byte[]> body)
      implements Admission {
    /** The content type of JSON. */
    public static final String JSON = "application/json";

    /** One that is the same for each reply. */
    public ToBody(int status, String contentType, byte[] body) {
      this(status, contentType, _ -> body);
    }
  }

  /** A failure, which is published as an event. */
  record Rejected(Failure failure) implements Admission, Identification {}

  /**
   * What has to be waited for: that a pod is admitted, or a page is made.
   *
   * @param admission waits, and gives what follows
   */
  record Later(Supplier<Admission> admission) implements Admission {}

  /** Rejects a malformed request; {@code problem} is one sentence for the client. */
  static Rejected invalid(String problem) {
    return new Rejected(Failure.invalidParameter(problem));
  }
}
