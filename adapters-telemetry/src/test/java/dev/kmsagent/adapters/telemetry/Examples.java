package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.event.CredentialEvent;
import dev.kmsagent.domain.event.FileEvent;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.KmsEvent.BreakerState;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Events by words, as tables of tests name them: a kind, and after colons what is in it, {@code
 * kms:THROTTLED}. Numbers between them are seconds that pass.
 */
final class Examples {
  static final SecretQuery QUERY = Secrets.current("app/db");
  static final Secret SECRET = Secrets.text("app/db", "v1", "x");
  private static final Principal ROLE = new Principal("acs:ram::1:role/r");
  private static final Duration MILLIS = Duration.ofNanos(30_150_000);
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private Examples() {}

  /** Delivers events to handlers; unlike {@link FanOutEvents}, it lets their exceptions through. */
  static AgentEvents direct(List<EventHandler.Typed<?>> handlers) {
    return event -> handlers.forEach(handler -> deliver(handler, event));
  }

  private static <E extends AgentEvent> void deliver(
      EventHandler.Typed<E> handler, AgentEvent event) {
    if (handler.type().isInstance(event)) {
      handler.handler().handle(handler.type().cast(event));
    }
  }

  /** What Prometheus gets to read. */
  static List<String> scraped(MetricsEvents metrics) {
    var out = new ByteArrayOutputStream();
    try {
      metrics.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Has all happen that the story tells. */
  static void happen(String story, AgentEvents events, VirtualTime time) {
    for (var word : story.strip().split(" +", -1)) {
      if (word.matches("[0-9]+")) {
        time.advance(Duration.ofSeconds(Long.parseLong(word)));
      } else if (!word.isEmpty()) {
        events.publish(event(word, QUERY));
      }
    }
  }

  static AgentEvent event(String words, SecretQuery query) {
    var parts = words.split(":", -1);
    var what = parts[parts.length - 1];
    return switch (parts[0]) {
      case "kms" ->
          new KmsEvent.KmsCalled(query, (FetchOutcome) outcome(what), MILLIS, caller(parts));
      case "not-called" -> new KmsEvent.CallNotMade(query, (Unavailable) reason(what));
      case "read" ->
          new ReadEvent.SecretRead(query, (Retrieval) outcome(what), MILLIS, Optional.empty());
      case "rejected" ->
          new ReadEvent.RequestRejected(
              Integer.parseInt(parts[1]),
              parts[2],
              parts[2].endsWith("Token") ? "wrong" : "",
              sender(parts.length > 3 ? what : ""),
              "id-1");
      case "refresh-failed" ->
          new KmsEvent.RefreshFailed(query, reason(what), TEN_SECONDS, caller(parts));
      case "revoked" -> new KmsEvent.SecretRevoked(query, Secrets.denied(), 2, caller(parts));
      case "limited" -> new KmsEvent.ClientCallsLimited(query, caller(parts));
      case "breaker" ->
          new KmsEvent.BreakerChanged(BreakerState.valueOf(parts[1]), BreakerState.valueOf(what));
      case "evicted" -> new CacheEvent.EntryEvicted(query, CacheEvent.EvictionCause.valueOf(what));
      case "shared" ->
          new CacheEvent.SharedCacheCalled(
              CacheEvent.SharedCacheOperation.valueOf(parts[1]), ofStore(what), MILLIS);
      case "entry" -> new CacheEvent.SharedEntryRead(query, CacheEvent.SharedRead.valueOf(what));
      case "dropped" -> new CacheEvent.RevocationDropped(query.name());
      case "alone" -> new CacheEvent.SharedCacheAlone(Boolean.parseBoolean(what));
      case "restored" -> new CacheEvent.CacheRestored(Integer.parseInt(what));
      case "principal" -> new CredentialEvent.PrincipalRestored(ROLE, end(what));
      case "cluster-keys" -> new CallerEvent.ClusterKeysObtained(2);
      case "cluster-keys-restored" -> new CallerEvent.ClusterKeysRestored(2);
      case "cluster-keys-unavailable" -> new CallerEvent.ClusterKeysUnavailable("It is silent.");
      case "cloud-answered" -> new CallerEvent.CloudAnswered();
      case "cloud-unanswered" -> new CallerEvent.CloudUnanswered("sts", "It is silent.");
      case "grant-restored" -> new CallerEvent.GrantRestored(subject(parts), ROLE, end(what));
      case "key" -> new CredentialEvent.CredentialsObtained(end(what));
      case "key-not-renewed" ->
          new CredentialEvent.CredentialsNotRenewed(reason(parts[1]), TEN_SECONDS, end(what));
      case "key-missing" -> new CredentialEvent.CredentialsMissing(reason(what), TEN_SECONDS);
      case "oidc-overdue" -> new CredentialEvent.OidcTokenOverdue("It is old.");
      case "oidc-renewed" -> new CredentialEvent.OidcTokenRenewed();
      case "prefetch-failed" -> new LifecycleEvent.PrefetchFailed(query.name(), reason(what));
      case "prefetched" -> new LifecycleEvent.PrefetchFinished(3, 20, Map.of());
      case "prefetch-unanswered" -> new LifecycleEvent.PrefetchFinished(0, 2, Map.of());
      case "prefetch-refused" ->
          new LifecycleEvent.PrefetchFinished(0, 1, Map.of(query.name(), Secrets.denied()));
      case "granted" -> new CallerEvent.GrantConfirmed(subject(parts), ROLE, Instant.MAX);
      case "grant-ended" -> new CallerEvent.GrantEnded(subject(parts), ROLE, reason("not-us"));
      case "grant-not-confirmed" ->
          new CallerEvent.GrantNotConfirmed(subject(parts), ROLE, reason(what));
      case "token-reloaded" -> new LifecycleEvent.TokenReloaded();
      case "token-guessable" -> new LifecycleEvent.TokenGuessable();
      case "token-unreadable" -> new LifecycleEvent.TokenUnreadable("no file");
      case "plain" -> new ReadEvent.PlainRequest(sender(parts.length > 1 ? what : ""));
      case "certificate" -> new LifecycleEvent.CertificateLoaded(VirtualTime.START);
      case "certificate-unusable" -> new LifecycleEvent.CertificateUnusable("no key");
      case "authorities-reloaded" -> new LifecycleEvent.AuthoritiesReloaded();
      case "authorities-unreadable" -> new LifecycleEvent.AuthoritiesUnreadable("no file");
      case "files" -> new FileEvent.FilesWritten(files(what), files(what));
      case "files-as-before" -> new FileEvent.FilesWritten(files(what), Set.of());
      case "file-refused" -> new FileEvent.FileFailed(what, "app/db: Forbidden", true);
      case "file-awaited" -> new FileEvent.FileFailed(what, "app/db: unreachable", false);
      case "files-full" ->
          new FileEvent.FilesNotWritten("/run/files: No space left on device", TEN_SECONDS);
      default -> throw new IllegalArgumentException(words);
    };
  }

  private static Set<String> files(String names) {
    return Set.of(names.split(",", -1));
  }

  private static Subject subject(String... parts) {
    return new Subject(parts[1], "app");
  }

  /** Of the namespace between the kind of event and what is in it. */
  private static Optional<Caller> caller(String... parts) {
    return parts.length > 2
        ? Optional.of(new Caller(subject(parts), parts[0].equals("kms") ? "" : "pod-1", ROLE))
        : Optional.empty();
  }

  /** A verified one of this namespace, at an address of its own; without one, not verified. */
  private static Sender sender(String namespace) {
    return namespace.isEmpty()
        ? new Sender("10.0.0.1")
        : new Sender(
            "10.0.0." + namespace.length(),
            Optional.of(new Subject(namespace, "app")),
            Optional.of(ROLE));
  }

  private static Record outcome(String word) {
    var state = Arrays.stream(CacheState.values()).filter(it -> it.name().equals(word)).findFirst();
    return state.isPresent()
        ? new Found(Secrets.entry(SECRET, VirtualTime.START), state.get())
        : word.equals("FETCHED") ? new Fetched(SECRET) : (Record) reason(word);
  }

  static NoSecret reason(String word) {
    return switch (word) {
      case "denied" -> Secrets.denied();
      case "not-us" -> new IdentityRefused("NoPermission", "STS refuses the role.");
      case "not-us-as-told" -> new IdentityRefused("NoPermission", "STS says NoPermission.");
      case "bad-key" -> new IdentityRefused("InvalidAccessKeyId.NotFound", "It is not there.");
      case "AuthenticationFail.OIDCToken.Expired" ->
          new Unavailable(Unavailable.Cause.CREDENTIALS, word, "It is over.");
      case "THROTTLED" -> new Unavailable(Unavailable.Cause.THROTTLED, "Slow", "It is slow.");
      default -> new Unavailable(Unavailable.Cause.valueOf(word), "", "It is silent.");
    };
  }

  private static SharedCacheOutcome ofStore(String word) {
    return word.equals("DONE")
        ? new SharedCacheOutcome.Done()
        : new SharedCacheOutcome.Failed(SharedCacheOutcome.Cause.valueOf(word), "It says so.");
  }

  /** So many seconds after the start; without a number, never. */
  private static Instant end(String seconds) {
    return seconds.equals("endless")
        ? Instant.MAX
        : VirtualTime.START.plusSeconds(Long.parseLong(seconds));
  }
}
