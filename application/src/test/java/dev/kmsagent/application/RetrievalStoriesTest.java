package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What readers get, told in stories: what happens, separated by semicolons, below the sentence that
 * it shows. KMS has the secret {@code db} with the value {@code one}.
 *
 * <ul>
 *   <li>{@code 5m}: so much time passes.
 *   <li>{@code KMS} gets another value of {@code db} or of the query before it, takes so long to
 *       answer, fails every call, or is {@code up} again.
 *   <li>{@code read}, {@code refresh}, {@code look} and {@code glance} (without waiting) ask for
 *       {@code db}, or {@code NAME@VERSION#STAGE}, and end with what they get at once. After {@code
 *       x =} they may have to wait, and {@code x} with an answer tells what came of it.
 *   <li>{@code elsewhere}: another agent has read the value {@code shared} so long ago; {@code
 *       shared}: the shared cache takes so long; {@code bound}: the client's bound on staleness.
 *   <li>{@code guess}: so many names are asked for that KMS does not have.
 *   <li>{@code calls} of KMS, {@code leases}, {@code entries} and {@code timers}: so many there
 *       are.
 * </ul>
 */
class RetrievalStoriesTest {
  private static final String STORIES =
      """
      ## nothing cached

      the secret comes from KMS
          read MISS one
      all who ask at one time share one call and leave no timer behind
          KMS 1s; x = read; y = read; 1s; x MISS one; y MISS one; calls 1; timers 0
      an outage is passed on and not remembered
          KMS UNREACHABLE; read UNREACHABLE; KMS up; read MISS one
      the deadline of the request ends the wait
          KMS 1m; x = read; 9.999s; x pending; 0.001s; x DEADLINE
      who joins late does not get the early end of the flight
          KMS 1m; x = read; 5s; late = read; KMS 0s; 5s; x DEADLINE; late MISS one; calls 2
      who joins late joins one more flight and no third
          KMS 1m; x = read; 5s; late = read; 10s; late DEADLINE; calls 2
      without a place to wait in it is not asked for
          glance nothing; calls 0

      ## held by another agent that shares the cache

      a fresh value is a hit
          elsewhere 0s; read HIT shared; calls 0
      a value near its end is a hit and is renewed
          elsewhere 250s; read HIT shared; read HIT one; calls 1
      a lapsed value stands in for a KMS that cannot answer
          elsewhere 5m; KMS UNREACHABLE; read STALE shared
      an expired value is read anew
          elsewhere 1445m; read REVALIDATED one
      a value that is staler than the client allows is not served
          elsewhere 6m; bound 60s; KMS UNREACHABLE; read UNREACHABLE
      what KMS refused a moment ago is not looked for
          KMS denied; refresh denied; elsewhere 0s; read denied
      a value that lapses while it is looked for is not fresh any more
          elsewhere 298s; shared 4s; x = read; 4s; x REVALIDATED one
      a refresh asks KMS all the same
          elsewhere 0s; refresh REFRESHED one

      ## fresh

      the cache answers without KMS
          read; 3m; read HIT one; glance HIT one; calls 1
      no version and the current stage are one entry
          read; read db#ACSCurrent HIT one

      ## near its end

      a hit is answered at once and refreshes in the background, once
          read; KMS two; 4m; KMS 1s; read HIT one; read HIT one; 1s; read HIT two; calls 2
      it does so without a place to wait in, too
          read; KMS two; 4m; KMS 1s; glance HIT one; glance HIT one; 1s; glance HIT two; calls 2
      an identity that is refused does not harm a fresh value
          read; 4m; KMS not-us; read HIT one; read HIT one

      ## lapsed

      the caller waits for KMS
          read; KMS two; 5m; KMS 0.1s; x = read; 0.1s; x REVALIDATED two
      a slow KMS is waited for no longer than StaleAfter while the flight goes on
          read; KMS two; 5m; KMS 3s; x = read; 0.499s; x pending; 0.001s; x STALE one; 3s;
          read HIT two; calls 2
      without a place to wait in it stands in at once and is renewed
          read; KMS two; 5m; KMS 1s; glance STALE one; 1s; glance HIT two
      once KMS is known to be down it is served stale and nobody waits
          read; 5m; KMS UNREACHABLE; read STALE one; KMS 5s; 2s; read STALE one
      a read that is not answered is waited for once
          read; KMS two; 5m; KMS 5s; x = read; 0.5s; x STALE one; read STALE one; calls 2; 5s;
          read HIT two; 5m; KMS 0.1s; x = read; x pending
      trouble with one secret makes no other stale
          read; KMS two; 5m; KMS other UNREACHABLE; read other UNREACHABLE; read REVALIDATED two
      trouble of the agent as a whole says nothing an hour later
          read; KMS two; 5m; KMS other THROTTLED; read other THROTTLED; KMS 0.1s; 1h; x = read;
          x pending; 0.1s; x REVALIDATED two
      a stale serve does not renew anything
          read; 5m; KMS UNREACHABLE; read STALE one; 24h; read UNREACHABLE; glance nothing
      when KMS is back the next read brings the new value
          read; KMS two; 5m; KMS UNREACHABLE; read STALE one; KMS up; 1s; read; read HIT two; 5m;
          KMS 0.1s; x = read; x pending
      a good call for another secret ends the back-off
          read; KMS two; KMS other one; 5m; KMS UNREACHABLE; read STALE one; KMS up; 0.001s;
          read other; read; read HIT two
      an identity that is refused serves nothing lapsed and evicts nothing
          read; 5m; KMS not-us; read not-us; read not-us; glance nothing; KMS UNREACHABLE;
          read other; read STALE one
      a value that passes its bound during the flight is not served
          read; 5m; 86399.95s; KMS UNREACHABLE; KMS 0.1s; x = read; 0.1s; x UNREACHABLE
      an identity that was refused says so of every secret until KMS accepts it
          read; KMS other not-us; read other not-us; KMS 1s; 24h; x = read; 0.5s; x pending; 0.5s;
          x REVALIDATED one; 5m; x = read; 0.5s; x STALE one
      where stale serving is off an outage is passed on as soon as it has lapsed
          MaxStale 0s; read; KMS UNREACHABLE; 299.999s; read HIT one; 0.001s; read UNREACHABLE
      with a TTL of zero every read asks KMS and the last value stands in for an outage
          TTL 0s; read; 0.001s; read REVALIDATED one; calls 2; KMS UNREACHABLE; 1m; read STALE one

      ## a bound of the client

      it allows a value that is less stale
          read; 5m; KMS UNREACHABLE; 59.999s; bound 60s; read STALE one; look STALE one;
          glance STALE one
      it forbids a value that is staler to this client alone
          read; 5m; KMS UNREACHABLE; 60s; bound 60s; read UNREACHABLE; look nothing;
          glance nothing; bound off; read STALE one
      it lets the client wait for KMS as if nothing were cached
          read; KMS two; 5m; KMS 2s; 60s; bound 60s; x = read; 2s; x REVALIDATED two
      it holds at the end of the wait for a slow KMS too
          read; 5m; KMS 2s; 59.5s; bound 60s; x = read; 0.5s; x pending; 1.5s; x REVALIDATED one
      of zero it allows fresh values only
          read; 5m; KMS UNREACHABLE; bound 0s; read UNREACHABLE; KMS up; 1s; bound off; read;
          KMS UNREACHABLE; bound 0s; read HIT one
      it does not extend the bound of the configuration
          read; 5m; KMS UNREACHABLE; 24h; bound 48h; read UNREACHABLE

      ## refused

      it is passed on and evicts every version
          KMS db@v1 one; read; read db@v1; entries 2; KMS denied; refresh denied; entries 0
      what has lapsed is never served after it
          read; 5m; KMS gone; read gone; KMS UNREACHABLE; 5s; read UNREACHABLE
      it is remembered for the negative TTL and for every version
          KMS denied; read denied; 4.999s; read denied; read db@v1 denied; calls 1; 0.001s; KMS up;
          read MISS one
      it answers who looked it up before and begins a flight after it
          shared 4s; slow = read; KMS denied; refresh denied; 4s; slow denied; calls 1
      it is not remembered against a name that may be another account's
          read acs:kms:cn-hangzhou:1:secret/db gone; read MISS one
      a missing version says nothing of the secret
          read; KMS else no-version; read db@v0 no-version; read db@v0 no-version; read HIT one;
          calls 2
      what an older flight brings is not kept
          KMS db@v1 one; KMS 2s; slow = read db@v1; KMS 0s; KMS denied; read denied; 2s;
          slow MISS one; entries 0
      a background refresh that is refused evicts
          read; KMS denied; 4m; read HIT one; read denied

      ## refresh

      KMS is read before the answer and the cache has the new value
          read; KMS two; 1s; refresh REFRESHED two; read HIT two
      concurrent refreshes share one call
          read; KMS two; KMS 1s; x = refresh; y = refresh; 1s; x REFRESHED two; y REFRESHED two;
          calls 2
      it does not share a flight that began before it but follows it
          read; KMS two; 5m; KMS 0.3s; x = read; KMS three; y = refresh; z = refresh; 0.3s;
          x REVALIDATED two; y pending; 0.3s; y REFRESHED three; z REFRESHED three; calls 3
      a follow-up has as much time as the last of its callers
          read; KMS two; 5m; KMS 1m; x = read; 1s; early = refresh; 8s; late = refresh; KMS 3s; 4s;
          early DEADLINE; late REFRESHED two; calls 3
      an outage is passed on and the cache keeps what it had
          read; KMS UNREACHABLE; refresh UNREACHABLE; read HIT one; 5m; refresh UNREACHABLE;
          read STALE one
      the negative memory is ignored
          read; KMS denied; refresh denied; KMS up; refresh REFRESHED one; read HIT one
      every spelling of the same version is replaced
          KMS db@v2 before/v2; KMS db@v2#ACSCurrent before/v2; read; read db@v2 MISS before;
          read db@v2#ACSCurrent MISS before; KMS two; 1s; refresh; read db@v2 HIT two;
          read db@v2#ACSCurrent HIT two
      another version is left alone
          KMS db#ACSPrevious one; read db#ACSPrevious; read; KMS two; 1s; refresh REFRESHED two;
          read db#ACSPrevious HIT one
      a spelling by ARN lapses since it may be another account's secret
          KMS acs:kms:cn-hangzhou:1:secret/db one; read acs:kms:cn-hangzhou:1:secret/db; KMS two;
          1s; refresh; read acs:kms:cn-hangzhou:1:secret/db REVALIDATED one
      another account's secret does not lapse with that of the own account
          account 1111; KMS acs:kms:cn-hangzhou:2:secret/db one;
          read acs:kms:cn-hangzhou:2:secret/db; KMS two; 1s; refresh;
          read acs:kms:cn-hangzhou:2:secret/db HIT one

      ## more calls than clients may cause

      a first read waits for the guesses before it and no longer, and holds no lease meanwhile
          guess 50; leases 41; x = read; leases 41; x pending; 0.3s; x MISS one
      what is cached is read again without delay when it has lapsed
          read; 5m; guess 50; KMS two; read REVALIDATED two; 1445m; guess 50; KMS three;
          read REVALIDATED three
      the refusal of what is cached is noticed without delay
          read; 5m; guess 50; KMS db gone; read gone
      guesses and refreshes share one limit
          40 x refresh REFRESHED one; guess 1; 0.025s; refresh RATE_LIMITED; 0.025s;
          refresh REFRESHED one
      guesses leave everything as it was when they stop
          guess 1000; 10s; timers 0; guess 40; read MISS one
      refreshes delay no first read
          KMS other one; 80 x refresh; read other MISS one
      refreshes make no other name lapse without a new value
          40 x refresh; 1s; KMS acs:kms:cn-hangzhou:1:secret/db one;
          read acs:kms:cn-hangzhou:1:secret/db; refresh;
          read acs:kms:cn-hangzhou:1:secret/db HIT one
      a refresh costs one call even if KMS refuses the secret
          read; KMS denied; 40 x refresh denied; refresh RATE_LIMITED
      refreshes make no lapsed secret stale
          KMS other one; read other; 5m; 40 x refresh; refresh RATE_LIMITED;
          read other REVALIDATED one
      """;

  private static final Pattern TIME = Pattern.compile("[0-9.]+[smh]");
  private static final Pattern QUERY =
      Pattern.compile("(?<name>db|other|acs:[^@#]+)(@(?<id>[^#]+))?(#(?<stage>.+))?");

  private static final Map<String, String> VERSIONS =
      Map.of("one", "v1", "two", "v2", "three", "v3");

  private static final Map<String, NoSecret> REFUSALS =
      Map.of(
          "denied", Secrets.denied(),
          "gone", Secrets.gone(),
          "no-version", Secrets.noSuchVersion(),
          "not-us", new IdentityRefused("SignatureDoesNotMatch", "No."));

  private final Map<String, CompletableFuture<Retrieval>> answers = new HashMap<>();
  private Optional<Duration> bound = Optional.empty();
  private Bench bench = new Bench();
  private int guesses;

  static Stream<Arguments> stories() {
    return Stream.of(STORIES.split("\n(?=\\S)", -1))
        .filter(story -> !story.startsWith("#"))
        .map(story -> story.strip().split("\n\\s+", 2))
        .map(story -> Arguments.of(story[0], story[1].replaceAll("\n\\s+", " ")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("stories")
  void readers_get_what_the_story_tells(String sentence, String story) {
    kms("db", "one");
    for (var event : story.split("; ", -1)) {
      var parts = event.split(" x ", 2);
      var times = parts.length == 2 ? Integer.parseInt(parts[0]) : 1;
      IntStream.range(0, times).forEach(_ -> happens(parts[parts.length - 1]));
    }
  }

  private void happens(String event) {
    var words = List.of(event.split(" ", -1));
    var last = words.getLast();
    switch (words.getFirst()) {
      case "KMS" -> kms(words.size() == 3 ? words.get(1) : "", last);
      case "calls" -> assertThat(bench.calls()).as(event).hasToString(last);
      case "guess" -> IntStream.range(0, Integer.parseInt(last)).forEach(_ -> guess());
      case "leases" ->
          assertThat(bench.cache.turnDeadlines()).as(event).hasSize(Integer.parseInt(last));
      case "entries" -> assertThat(bench.cache.occupancy().entries()).as(event).hasToString(last);
      case "timers" -> assertThat(bench.time.waiting()).as(event).hasToString(last);
      case "elsewhere" -> bench.cache.holdElsewhere(query("db"), ofAnother(duration(last)));
      case "shared" -> bench.cache.findSharedLatency(duration(last), bench.time);
      case "bound" ->
          bound = Optional.of(last).filter(it -> !it.equals("off")).map(it -> duration(it));
      case "account" -> bench.become("acs:ram::" + last + ":role/orders");
      case "TTL" -> begin(new Bench(duration(last), Bench.MAX_STALE));
      case "MaxStale" -> begin(new Bench(Bench.TTL, duration(last)));
      case "read", "refresh", "look", "glance" -> assertGiven(event, words);
      default -> later(event, words);
    }
  }

  private void guess() {
    var _ = bench.ask("guess-" + guesses++);
  }

  private void begin(Bench other) {
    bench = other;
    kms("db", "one");
  }

  private void kms(String query, String what) {
    var failure = failure(what);
    if (what.equals("up")) {
      bench.source.heal();
    } else if (TIME.matcher(what).matches()) {
      bench.source.latency(duration(what));
    } else if (failure.isEmpty()) {
      var value = (what + "/" + VERSIONS.get(what)).split("/", -1);
      var secret = Secrets.text("db", value[1], value[0]);
      bench.source.answer(query(query.isEmpty() ? "db" : query), new Fetched(secret));
    } else if (query.isEmpty()) {
      bench.source.failWith(failure.get());
    } else if (query.equals("else")) {
      bench.source.answerElse(failure.get());
    } else {
      bench.source.answer(query(query), failure.get());
    }
  }

  private static Optional<NoSecret> failure(String what) {
    return Stream.of(Unavailable.Cause.values())
        .filter(cause -> cause.name().equals(what))
        .<NoSecret>map(cause -> new Unavailable(cause, "", "planted"))
        .findFirst()
        .or(() -> Optional.ofNullable(REFUSALS.get(what)));
  }

  private CacheEntry ofAnother(Duration age) {
    return Secrets.entry(Secrets.text("db", "v0", "shared"), bench.time.instant().minus(age));
  }

  private static SecretQuery query(String text) {
    var parts = QUERY.matcher(text);
    assertThat(parts.matches()).as(text).isTrue();
    var id = Optional.ofNullable(parts.group("id")).map(VersionId::new);
    var stage = Optional.ofNullable(parts.group("stage")).map(Stage::new);
    return new SecretQuery(
        new SecretName(parts.group("name")),
        id.isEmpty() && stage.isEmpty() ? VersionSelector.CURRENT : new VersionSelector(id, stage));
  }

  private static Duration duration(String time) {
    return Duration.parse("PT" + time);
  }

  private void assertGiven(String event, List<String> words) {
    var isQuery = words.size() > 1 && QUERY.matcher(words.get(1)).matches();
    var query = query(isQuery ? words.get(1) : "db");
    var expected = String.join(" ", words.subList(isQuery ? 2 : 1, words.size()));
    var given =
        switch (words.getFirst()) {
          case "look" -> retrieval().lookUp(query).map(it -> describe(it)).orElse("nothing");
          case "glance" ->
              retrieval().findWithoutWaiting(query).map(it -> describe(it)).orElse("nothing");
          default -> describe(Bench.now(ask(words.getFirst(), query)));
        };
    if (!expected.isEmpty()) {
      assertThat(given).as(event).isEqualTo(expected);
    }
  }

  private RetrieveSecret retrieval() {
    return bound.map(bench.retrieval::withMaxStale).orElse(bench.retrieval);
  }

  private CompletableFuture<Retrieval> ask(String how, SecretQuery query) {
    var mode = how.equals("refresh") ? ReadMode.REFRESH_NOW : ReadMode.CACHED;
    return bound.isEmpty()
        ? bench.ask(query, mode)
        : retrieval().retrieve(query, mode).toCompletableFuture();
  }

  private void later(String event, List<String> words) {
    var answer = answers.get(words.getFirst());
    if (TIME.matcher(event).matches()) {
      bench.time.advance(duration(event));
    } else if (words.get(1).equals("=")) {
      answers.put(
          words.getFirst(), ask(words.get(2), query(words.size() > 3 ? words.get(3) : "db")));
    } else if (words.get(1).equals("pending")) {
      assertThat(answer).as(event).isNotDone();
    } else {
      assertThat(describe(Bench.now(Objects.requireNonNull(answer, event))))
          .as(event)
          .isEqualTo(String.join(" ", words.subList(1, words.size())));
    }
  }

  private static String describe(Object answer) {
    return switch (answer) {
      case Found(var entry, var state) -> state + " " + Bench.value(entry);
      case Unavailable(var cause, _, _) -> cause.name();
      default ->
          REFUSALS.keySet().stream()
              .filter(name -> answer.equals(REFUSALS.get(name)))
              .findFirst()
              .orElse(answer.toString());
    };
  }
}
