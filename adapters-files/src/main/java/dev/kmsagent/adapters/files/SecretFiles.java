package dev.kmsagent.adapters.files;

import static java.util.stream.Collectors.toMap;

import dev.kmsagent.config.FilesConfig;
import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.event.FileEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import dev.kmsagent.domain.port.out.SecretParser;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Keeps files as the secrets are that they are made of. Each secret is retrieved as clients do, and
 * again when it has changed, with back-off while there is none. Then all files are made anew of
 * what is known of all secrets, and those that differ are written together. A file that cannot be
 * made is not there. Used once.
 */
public final class SecretFiles implements AutoCloseable {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** A secret is read for a change alone. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);

  private final FilesConfig config;
  private final Ports ports;
  private final TimeSources timing;
  private final Executor executor;
  private final FileDirectory directory;
  private final FileRenderer renderer;
  private final Set<String> secrets;
  private final Instant keptUntil;
  private volatile boolean isClosed;

  // From here on the state of the executor's tasks.
  private final Map<String, Retrieval> latest = new HashMap<>();
  private final Set<String> unavailable = new HashSet<>();
  private final Map<String, FileEvent.FileFailed> failed = new HashMap<>();
  private boolean isUpdateDue;
  private int failures;
  private Timer retry = () -> {};

  /**
   * The secrets as clients get them, what reads them back, and who is told what becomes of files.
   */
  public record Ports(RetrieveSecret retrieval, SecretParser parser, AgentEvents events) {}

  /**
   * Reads and writes nothing yet.
   *
   * @param maxStale how long files of an earlier agent stay during an outage, from now on
   * @param executor runs one task at a time, in their order, on a thread that file operations may
   *     hold up
   */
  public SecretFiles(
      FilesConfig config, Ports ports, TimeSources timing, Duration maxStale, Executor executor) {
    this.config = config;
    this.ports = new Ports(ports.retrieval().by(() -> "files"), ports.parser(), ports.events());
    this.timing = timing;
    this.executor = executor;
    this.directory = new FileDirectory(config, timing.clocks().wall());
    this.renderer = new FileRenderer(ports.parser());
    this.secrets = config.secrets();
    this.keptUntil = timing.now().plus(maxStale);
  }

  private static SecretQuery query(String secret) {
    return SecretQuery.current(new SecretName(secret));
  }

  /** Begins; files are written once each secret has been asked for. */
  public void start() {
    secrets.forEach(secret -> retrieve(secret, 0));
  }

  /**
   * @param tries so many before, since the last one that told something new
   */
  private void retrieve(String secret, int tries) {
    if (!isClosed) {
      var _ =
          ports
              .retrieval()
              .retrieve(query(secret), ReadMode.CACHED)
              .thenAcceptAsync(outcome -> note(secret, outcome, tries + 1), executor);
    }
  }

  private void note(String secret, Retrieval outcome, int tries) {
    if (outcome instanceof Found found) {
      var isBack = unavailable.remove(secret);
      var isKnown =
          latest.put(secret, found) instanceof Found before
              && revision(before).equals(revision(found));
      var _ =
          ports
              .retrieval()
              .awaitChange(query(secret), revision(found), timing.now().plus(LONGEST_WAIT))
              .thenRunAsync(() -> retrieveAgain(secret, isKnown && !isBack ? tries : 0), executor);
    } else {
      unavailable.add(secret);
      latest.merge(secret, outcome, (before, now) -> isServed(before, now) ? before : now);
      retrieveAgain(secret, tries);
    }
    updateSoon();
  }

  private static Revision revision(Found found) {
    return found.entry().secret().revision();
  }

  /** With back-off after a try that told nothing new. */
  private void retrieveAgain(String secret, int tries) {
    if (tries == 0) {
      retrieve(secret, 0);
    } else {
      var _ = later(timing.backoff(tries, LONGEST_PAUSE), () -> retrieve(secret, tries));
    }
  }

  /** Whether a value of before may still be served, although it is not given this time. */
  private boolean isServed(Retrieval before, Retrieval now) {
    return before instanceof Found found && mayStay((NoSecret) now, found.entry().staleUntil());
  }

  /** Where only the audit line is missing, the value of before has one, and would be served. */
  private boolean mayStay(NoSecret reason, Instant end) {
    return reason instanceof Unavailable unavailable
        && (unavailable.cause() == Unavailable.Cause.AUDIT || timing.now().isBefore(end));
  }

  private Timer later(Duration pause, Runnable task) {
    return timing.scheduler().schedule(pause, () -> executor.execute(task));
  }

  /** Once for all secrets that have an outcome by then, and not before each has had one. */
  private void updateSoon() {
    if (latest.size() == secrets.size() && !isUpdateDue) {
      isUpdateDue = true;
      executor.execute(this::update);
    }
  }

  private void update() {
    isUpdateDue = false;
    retry.cancel();
    if (isClosed) {
      return;
    }
    try {
      var contents = contents(directory.read());
      var changed = directory.write(contents);
      failures = 0;
      var present = new HashSet<>(contents.keySet());
      present.removeAll(failed.keySet());
      ports.events().publish(new FileEvent.FilesWritten(present, changed));
    } catch (IOException unwritable) {
      var pause = timing.backoff(++failures, LONGEST_PAUSE);
      var reason = directory.reason(unwritable);
      ports.events().publish(new FileEvent.FilesNotWritten(reason, pause));
      retry = later(pause, this::updateSoon);
    }
  }

  /** Of each file that is to be there; {@code before} has what is there. */
  private Map<String, byte[]> contents(Map<String, byte[]> before) throws IOException {
    var contents = new HashMap<String, byte[]>();
    for (var file : config.entries()) {
      content(file, Optional.ofNullable(before.get(file.name())))
          .ifPresent(content -> contents.put(file.name(), content));
    }
    return contents;
  }

  private Optional<byte[]> content(FileEntry file, Optional<byte[]> before) throws IOException {
    if (directory.isTaken(file.name())) {
      fail(file, "another file has its name in %s: remove it".formatted(config.directory()), true);
      return Optional.empty();
    }
    var missing =
        file.secrets().stream()
            .filter(secret -> known(secret) instanceof NoSecret)
            .min(Comparator.comparing(secret -> mayStay(reason(secret), keptUntil)));
    if (missing.isPresent()) {
      var reason = reason(missing.get());
      var said = reason.code().isEmpty() ? reason.detail() : reason.code();
      fail(file, missing.get() + ": " + said, reason instanceof Refused);
      return before.filter(_ -> mayStay(reason, keptUntil));
    }
    var values = file.secrets().stream().collect(toMap(it -> it, this::value));
    return switch (renderer.render(file, values)) {
      case Parsed.Invalid(var reason) -> {
        fail(file, reason, true);
        yield Optional.empty();
      }
      case Parsed.Valid(var content) -> {
        failed.remove(file.name());
        yield Optional.of(content);
      }
    };
  }

  private NoSecret reason(String secret) {
    return (NoSecret) known(secret);
  }

  private SecretContent value(String secret) {
    return ports.parser().parse(((Found) known(secret)).entry().representation());
  }

  private Retrieval known(String secret) {
    return Objects.requireNonNull(latest.get(secret));
  }

  private void fail(FileEntry file, String reason, boolean isFinal) {
    var failure = new FileEvent.FileFailed(file.name(), reason, isFinal);
    if (!failure.equals(failed.put(file.name(), failure))) {
      ports.events().publish(failure);
    }
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
