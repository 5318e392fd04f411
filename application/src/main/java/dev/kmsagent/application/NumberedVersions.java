package dev.kmsagent.application;

import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FetchOutcome.Listed;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionListing;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.domain.port.NumberVersions;
import dev.kmsagent.domain.port.SecretSource;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Numbers versions, and lists them: one call to KMS for all who ask at the same time. A list is
 * fresh for the TTL, and used stale while KMS is unavailable; a refusal is remembered. Thread-safe.
 */
public final class NumberedVersions implements NumberVersions {
  /** How long a stale list is used before KMS is asked again. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final SecretSource source;
  private final TimeSources timing;
  private final RetrievalSettings settings;
  private final VersionNumbers numbers;
  private final BoundedMap<SecretName, Answer> answers;
  private final ConcurrentMap<SecretName, CompletableFuture<FetchOutcome>> inFlight =
      new ConcurrentHashMap<>();

  /** What KMS said to a call for a list; its versions are kept with their numbers. */
  private record Answer(boolean isList, Instant freshUntil, Instant usableUntil) {}

  public NumberedVersions(SecretSource source, TimeSources timing, RetrievalSettings settings) {
    this.source = source;
    this.timing = timing;
    this.settings = settings;
    this.numbers = new VersionNumbers(settings.cacheSize());
    this.answers = new BoundedMap<>(settings.cacheSize());
  }

  @Override
  public int number(Secret secret) {
    return numbers.number(secret.name(), new DatedVersion(secret.version(), created(secret)));
  }

  private static Instant created(Secret secret) {
    try {
      return secret
          .attribute(SecretAttribute.CREATE_TIME)
          .map(Instant::parse)
          .orElse(Instant.EPOCH);
    } catch (DateTimeParseException unknownForm) {
      return Instant.EPOCH;
    }
  }

  @Override
  public CompletionStage<VersionListing> list(SecretName name, VersionId current) {
    var _ = numbers.number(name, new DatedVersion(current, Instant.EPOCH));
    var now = timing.clock().instant();
    var known = answers.find(name, now).filter(answer -> isUsable(name, answer));
    if (known.isPresent() && now.isBefore(known.get().freshUntil())) {
      return CompletableFuture.completedStage(known.get().isList() ? listed(name) : denied(name));
    }
    var call = call(name, now);
    return known.isPresent() ? orStale(name, call) : call.thenApply(it -> listing(name, it));
  }

  /** The numbers of a secret may have been forgotten, and its list with them. */
  private boolean isUsable(SecretName name, Answer answer) {
    return !answer.isList() || numbers.isListed(name);
  }

  private VersionListing listed(SecretName name) {
    return new VersionListing.Listed(numbers.known(name));
  }

  private VersionListing denied(SecretName name) {
    return new VersionListing.Denied(numbers.known(name));
  }

  private VersionListing listing(SecretName name, FetchOutcome outcome) {
    return switch (outcome) {
      case Listed _ -> listed(name);
      case Refused _ -> denied(name);
      case IdentityRefused reason -> new VersionListing.Failed(numbers.known(name), reason);
      case Unavailable reason -> new VersionListing.Failed(numbers.known(name), reason);
      case Fetched _ -> throw new IllegalStateException("a request for a list got a value");
    };
  }

  private CompletionStage<VersionListing> orStale(
      SecretName name, CompletableFuture<FetchOutcome> call) {
    var answer = call.thenApply(it -> it instanceof Unavailable ? listed(name) : listing(name, it));
    var timer =
        timing.scheduler().schedule(settings.staleAfter(), () -> answer.complete(listed(name)));
    return answer.whenComplete((_, _) -> timer.cancel());
  }

  /** The call that is under way, or a new one, which ends by the deadline of its first caller. */
  private CompletableFuture<FetchOutcome> call(SecretName name, Instant now) {
    var call = new CompletableFuture<FetchOutcome>();
    var underWay = inFlight.putIfAbsent(name, call);
    if (underWay != null) {
      return underWay;
    }
    var _ =
        CompletableFuture.completedStage(new SecretQuery(name, new VersionSelector.All()))
            .thenCompose(query -> source.fetch(query, now.plus(settings.requestTimeout())))
            .thenApply(outcome -> note(name, outcome, now))
            .whenComplete((outcome, bug) -> end(name, call, outcome, bug));
    return call;
  }

  private void end(
      SecretName name,
      CompletableFuture<FetchOutcome> call,
      @Nullable FetchOutcome outcome,
      @Nullable Throwable bug) {
    inFlight.remove(name);
    var _ = bug == null ? call.complete(outcome) : call.completeExceptionally(bug);
  }

  private FetchOutcome note(SecretName name, FetchOutcome outcome, Instant calledAt) {
    var now = timing.clock().instant();
    switch (outcome) {
      case Listed(var versions) -> {
        numbers.take(name, versions);
        var freshUntil = calledAt.plus(settings.freshness().ttl());
        keep(name, new Answer(true, freshUntil, freshUntil.plus(settings.freshness().maxStale())));
      }
      case Refused _ -> {
        var end = now.plus(settings.freshness().negativeTtl());
        keep(name, new Answer(false, end, end));
      }
      case Unavailable _ ->
          answers
              .find(name, now)
              .filter(Answer::isList)
              .ifPresent(it -> keep(name, new Answer(true, now.plus(RETRY), it.usableUntil())));
      case IdentityRefused _, Fetched _ -> {}
    }
    return outcome;
  }

  private void keep(SecretName name, Answer answer) {
    answers.put(name, answer, answer.usableUntil());
  }
}
