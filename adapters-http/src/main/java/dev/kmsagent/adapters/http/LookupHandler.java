package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.VaultMetadata;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.vault.VaultRoute;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionListing;
import dev.kmsagent.domain.port.NumberVersions;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Replies to requests that the versions of a secret answer, on a thread that may wait. A secret's
 * versions are listed only after the secret itself was read. Thread-safe.
 */
final class LookupHandler {
  private static final Failure TOO_LATE =
      Failure.of(504, "UpstreamTimeout", "KMS did not answer before the deadline of the request.");

  private final RetrieveSecret retrieval;
  private final NumberVersions versions;
  private final SecretHandler secrets;
  private final ReplyFactory replies;
  private final Semaphore permits;
  private final Duration deadline;

  /**
   * @param permits for requests that wait, which {@code secrets} needs, too
   * @param deadline for finding out which version it is
   */
  LookupHandler(
      InboundPorts ports,
      SecretHandler secrets,
      ReplyFactory replies,
      Semaphore permits,
      Duration deadline) {
    this.retrieval = ports.secrets();
    this.versions = ports.versions();
    this.secrets = secrets;
    this.replies = replies;
    this.permits = permits;
    this.deadline = deadline;
  }

  /** What a look-up leads to. */
  private sealed interface Result {
    /** The versions of the secret, and the one that is current. */
    record Versions(VersionId current, VersionListing listing) implements Result {}

    /** Nothing, for this reason. */
    record Failed(Failure failure) implements Result {}
  }

  Reply reply(VaultRoute.Lookup lookup, List<String> ifNoneMatch) {
    if (!permits.tryAcquire()) {
      return replies.rejection(Failure.tooManyRequests());
    }
    return switch (lookup) {
      case VaultRoute.Metadata(var name) ->
          switch (await(name)) {
            case Result.Versions(var current, var listing) -> metadata(current, listing);
            case Result.Failed(var failure) -> replies.failure(failure);
          };
      case VaultRoute.Version(var request, var number) ->
          switch (await(request.query().name())) {
            case Result.Versions(_, var listing) -> version(request, number, listing, ifNoneMatch);
            case Result.Failed(var failure) -> replies.failure(failure);
          };
    };
  }

  private Result await(SecretName name) {
    try {
      return find(name)
          .toCompletableFuture()
          .copy()
          .completeOnTimeout(
              new Result.Failed(TOO_LATE), deadline.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } finally {
      permits.release();
    }
  }

  private CompletionStage<Result> find(SecretName name) {
    return retrieval
        .retrieve(SecretQuery.current(name), ReadMode.CACHED)
        .thenCompose(
            outcome ->
                switch (outcome) {
                  case Found found -> list(name, found.entry().secret().version());
                  case NoSecret reason ->
                      CompletableFuture.completedStage(
                          new Result.Failed(UpstreamFailures.of(reason)));
                });
  }

  private CompletionStage<Result> list(SecretName name, VersionId current) {
    return versions.list(name, current).thenApply(it -> new Result.Versions(current, it));
  }

  private Reply metadata(VersionId current, VersionListing listing) {
    var body = VaultMetadata.render(listing.versions(), current);
    return replies.vault(new VaultRoute.Body(200, ByteBuffer.wrap(body)));
  }

  private Reply version(
      SecretRequest request, int number, VersionListing listing, List<String> ifNoneMatch) {
    return listing.versions().stream()
        .filter(version -> version.number() == number)
        .findFirst()
        .map(version -> secrets.reply(request.withVersion(version.version().id()), ifNoneMatch))
        .orElseGet(() -> replies.failure(noVersion(listing)));
  }

  private static Failure noVersion(VersionListing listing) {
    return switch (listing) {
      case VersionListing.Listed _ -> Failure.noSuchVersion("the secret has no such version");
      case VersionListing.Denied _ ->
          Failure.noSuchVersion(
              "this version was not read yet, and KMS denies kms:ListSecretVersionIds");
      case VersionListing.Failed(_, var reason) -> UpstreamFailures.of(reason);
    };
  }
}
