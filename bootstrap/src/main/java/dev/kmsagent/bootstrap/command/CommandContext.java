package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.config.schema.Problem;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The environment of a command.
 *
 * @param out for results
 * @param err for errors
 * @param log for the log: the stream behind {@code err}, which hides failed writes
 * @param terminal whether {@code out} is a terminal
 * @param shutdown see {@link ShutdownSignal#register}
 */
record CommandContext(
    PrintStream out,
    PrintStream err,
    OutputStream log,
    boolean terminal,
    Map<String, String> environment,
    Supplier<Runnable> shutdown) {
  private static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(1);

  CommandContext {
    environment = Map.copyOf(environment);
  }

  /** A copy with another environment. */
  CommandContext withEnvironment(Map<String, String> other) {
    return new CommandContext(out, err, log, terminal, other, shutdown);
  }

  /** Loads the agent's configuration from {@code file}, if any, and the environment. */
  Loaded<AgentConfig> load(Optional<Path> file) throws CommandException {
    return load(source(file));
  }

  Loaded<AgentConfig> load(ConfigSource source) throws CommandException {
    return loaded(loader().load(source));
  }

  /** Loads the part of the configuration that a client of the agent needs. */
  ServerConfig loadServer(Optional<Path> file) throws CommandException {
    return loaded(loader().loadServer(source(file))).config();
  }

  private static <C> Loaded<C> loaded(LoadResult<C> result) throws CommandException {
    if (result instanceof Loaded<C> loaded) {
      return loaded;
    }
    var problems = ((LoadResult.Rejected<C>) result).problems().stream().map(Problem::message);
    throw new CommandException(problems.collect(joining("\n")), ExitStatus.MISUSED);
  }

  /** Looks up the token of the clients. */
  TokenLookup.Found token(ServerConfig server) throws CommandException {
    var token = TokenLookup.in(server.guard().variables(), environment);
    if (token instanceof TokenLookup.Found found) {
      return found;
    }
    var missing = (TokenLookup.Missing) token;
    throw new CommandException(missing.reason(), ExitStatus.MISUSED, !missing.isDenied());
  }

  private ConfigLoader loader() {
    return new ConfigLoader(environment, Path.of("").toAbsolutePath());
  }

  private static ConfigSource source(Optional<Path> file) {
    return file.<ConfigSource>map(ConfigSource.File::new).orElseGet(ConfigSource.Nothing::new);
  }

  /** Core dumps of a process that handles secrets; prints a warning if they remain possible. */
  void disableCoreDumps() {
    CoreDumps.disable()
        .ifPresent(reason -> err.println("Core dumps of the memory are possible. " + reason));
  }

  /** Ends a process that hangs. Standard error may hang as well, and is not waited for long. */
  void halt(String reason, int exitStatus) {
    try {
      var _ = Thread.ofPlatform().daemon().start(() -> err.println(reason)).join(MESSAGE_TIMEOUT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      // Even if no thread can be created.
      Runtime.getRuntime().halt(exitStatus);
    }
  }

  /** Prints why a command failed and returns its exit status. */
  int fail(@Nullable String reason, int exitStatus) {
    err.println(reason);
    return exitStatus;
  }
}
