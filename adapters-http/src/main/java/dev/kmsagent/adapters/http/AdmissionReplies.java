package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.VaultMetadata;
import dev.kmsagent.adapters.http.dialect.VaultMetadata.Version;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Admission.Later;
import dev.kmsagent.adapters.http.request.Admission.Rejected;
import dev.kmsagent.adapters.http.request.Admission.ToBody;
import dev.kmsagent.adapters.http.request.Admission.ToMetadata;
import dev.kmsagent.adapters.http.request.Admission.ToSecret;
import dev.kmsagent.adapters.http.request.Admission.ToVersion;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.FairShares;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replies to an admitted request; with a secret, on a thread that may wait. At most {@code
 * Server.MaxConn} requests wait for secrets at once, and one of each further group; others get what
 * the cache can give without waiting. The permit is returned before the reply is sent, so that a
 * client that does not read holds none.
 *
 * @param isOfMany whether clients share the permits by their groups; all hold one token otherwise
 */
record AdmissionReplies(FairShares<String> permits, boolean isOfMany, Replies replies) {
  private static final Failure NO_SUCH_VERSION =
      Failure.of(
          404,
          "NoSuchVersion",
          "neither the current nor the previous version has this number; read others by versionId");

  /** What becomes of an admission; it may wait unless that is immediate. */
  Reply reply(Admission admission) {
    // No switch: linking one takes time at each start.
    if (admission instanceof ToSecret(var wanted, var secrets)) {
      return reply(wanted, retrieve(wanted, secrets));
    }
    if (admission instanceof ToBody(var status, var contentType, var body)) {
      return replies.body(status, contentType, body);
    }
    if (admission instanceof Later(var admitted)) {
      return reply(admitted.get());
    }
    if (admission instanceof ToVersion(var wanted, var number, var secrets)) {
      return version(wanted, number, secrets);
    }
    return admission instanceof ToMetadata(var wanted, var secrets)
        ? metadata(wanted, secrets)
        : replies.rejection(((Rejected) admission).failure());
  }

  private Reply reply(SecretRequest wanted, @Nullable Retrieval outcome) {
    if (outcome == null) {
      return replies.rejection(Failure.TOO_MANY_REQUESTS);
    }
    if (outcome instanceof NoSecret reason) {
      return replies.failure(Failure.of(reason, wanted.query().name()));
    }
    var found = (Found) outcome;
    var reply =
        wanted.fields().isEmpty()
            ? replies.secret(found)
            : new FieldReplies(replies).reply(found, wanted);
    return reply.to(Callers.preconditionOf(replies.request()), found);
  }

  /**
   * Waits for the outcome, which comes within the request's deadline; null if the agent handles as
   * many requests as it may, and the cache has nothing for this one.
   */
  private @Nullable Retrieval retrieve(SecretRequest wanted, RetrieveSecret all) {
    var secrets = all.by(replies).withMaxStale(wanted.maxStale());
    var group = isOfMany ? Callers.senderOf(replies.request()).group() : "";
    if (!permits.tryAcquire(group)) {
      return wanted.isForCached() ? secrets.findWithoutWaiting(wanted.query()).orElse(null) : null;
    }
    try {
      var rejected = wanted.rejected();
      var retrieval =
          rejected.isEmpty()
              ? secrets.retrieve(wanted.query(), wanted.mode())
              : secrets.retrieveOther(wanted.query(), rejected);
      return retrieval.toCompletableFuture().join();
    } finally {
      permits.release(group);
    }
  }

  /** The one of the current and the previous version that has this number for Vault's clients. */
  private Reply version(SecretRequest wanted, long number, RetrieveSecret secrets) {
    var current = retrieve(wanted, secrets);
    if (!isOther(current, number)) {
      return reply(wanted, current);
    }
    var beforeIt = wanted.forPrevious();
    var previous = retrieve(beforeIt, secrets);
    return isOther(previous, number) || isNone(previous)
        ? replies.failure(NO_SUCH_VERSION)
        : reply(beforeIt, previous);
  }

  private static boolean isOther(@Nullable Retrieval outcome, long number) {
    return outcome instanceof Found found && number(found) != number;
  }

  private static boolean isNone(@Nullable Retrieval outcome) {
    return outcome instanceof Refused(var error, _) && error.status() == 404;
  }

  /** The two versions; the previous is left out if it cannot be read, or has the same number. */
  private Reply metadata(SecretRequest wanted, RetrieveSecret secrets) {
    var outcome = retrieve(wanted, secrets);
    if (!(outcome instanceof Found current)) {
      return reply(wanted, outcome);
    }
    var version = version(current);
    var versions =
        retrieve(wanted.forPrevious(), secrets) instanceof Found previous
                && isOther(previous, version.number())
            ? List.of(version, version(previous))
            : List.of(version);
    return replies.body(200, ToBody.JSON, requestId -> VaultMetadata.render(requestId, versions));
  }

  private Version version(Found found) {
    var body = StandardCharsets.UTF_8.decode(replies.body(found)).toString();
    return new Version(number(found), VaultMetadata.created(body));
  }

  private static int number(Found found) {
    return VaultMetadata.number(found.entry().secret().version());
  }
}
