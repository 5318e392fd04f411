package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.VaultMetadata;
import dev.kmsagent.adapters.http.dialect.VaultMetadata.Version;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.util.List;
import java.util.Optional;

/**
 * Replies to Vault's clients that ask for a version by its number, or for metadata. Both follow
 * from reads of the current and the previous version, one after the other. Thread-safe.
 */
record VersionHandler(SecretHandler handler, ReplyFactory replies) {
  private static final Failure NO_SUCH_VERSION =
      Failure.of(
          404,
          "NoSuchVersion",
          "neither the current nor the previous version has this number; read others by versionId");

  Reply version(
      RetrieveSecret secrets, SecretRequest request, long number, List<String> ifNoneMatch) {
    var current = handler.retrieve(secrets, request);
    if (!isOther(current, number)) {
      return SecretHandler.reply(replies, request, current, ifNoneMatch);
    }
    var beforeIt = request.forPrevious();
    var previous = handler.retrieve(secrets, beforeIt);
    return isOther(previous, number) || isNone(previous)
        ? replies.failure(NO_SUCH_VERSION)
        : SecretHandler.reply(replies, beforeIt, previous, ifNoneMatch);
  }

  private static boolean isOther(Optional<Retrieval> outcome, long number) {
    return outcome.orElse(null) instanceof Found found
        && VaultMetadata.number(found.entry().secret().version()) != number;
  }

  private static boolean isNone(Optional<Retrieval> outcome) {
    return outcome.orElse(null) instanceof Refused(var error, _) && error.status() == 404;
  }

  Reply metadata(RetrieveSecret secrets, SecretRequest request) {
    var current = handler.retrieve(secrets, request);
    return current.orElse(null) instanceof Found found
        ? metadata(found, handler.retrieve(secrets, request.forPrevious()))
        : SecretHandler.reply(replies, request, current, List.of());
  }

  /** The previous version is left out where it cannot be read, or has the number of the current. */
  private Reply metadata(Found current, Optional<Retrieval> outcome) {
    var number = VaultMetadata.number(current.entry().secret().version());
    var versions =
        isOther(outcome, number) && outcome.orElse(null) instanceof Found previous
            ? List.of(version(current), version(previous))
            : List.of(version(current));
    return replies.json(200, requestId -> VaultMetadata.render(requestId, versions));
  }

  private Version version(Found found) {
    return new Version(
        found.entry().secret().version(), new FieldReplies(replies).created(found.entry()));
  }
}
