package dev.kmsagent.bootstrap.command;

import dev.kmsagent.adapters.http.AgentHttpServer.Start;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.audit.AuditKey;
import dev.kmsagent.adapters.telemetry.audit.AuditLog;
import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.bootstrap.wiring.Agent;
import dev.kmsagent.bootstrap.wiring.SystemScheduler;
import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.bootstrap.wiring.Watchdog;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** Runs the agent from its start until a signal ends it. */
final class AgentRun {
  private static final Logger LOG = LoggerFactory.getLogger(AgentRun.class);

  /**
   * What the heap holds besides the cache at every limit (docs/internals/limits.md): 110 MiB, less
   * one: the JVM leaves a survivor space out of the heap that it states.
   */
  private static final long HEAP_BESIDES_CACHE = 109L << 20;

  private static final String NO_AOT_CACHE =
      "not used, for the reason in the lines [aot] of standard output";

  private final String version = ProgramVersion.read().number();
  private final AgentConfig config;
  private final CommandContext context;
  private final String configuration;
  private final LogLosses losses;

  private AgentRun(Loaded<AgentConfig> loaded, CommandContext context, Logging logging) {
    this.config = loaded.config();
    this.configuration = loaded.digest();
    this.losses = logging.losses();
    this.context = context;
  }

  /**
   * Runs the agent until a signal arrives, and returns the exit status.
   *
   * @param onListening receives the port once the agent listens
   */
  static int run(Loaded<AgentConfig> loaded, CommandContext context, IntConsumer onListening)
      throws CommandException {
    try (var logging = Logging.install(loaded.config().log(), context.log())) {
      return new AgentRun(loaded, context, logging).run(onListening);
    } catch (IOException failed) {
      return context.fail("Log.LogPath: " + IoMessages.of(failed), ExitStatus.MISUSED);
    }
  }

  private int run(IntConsumer onListening) throws CommandException {
    Optional<TokenLookup.Found> token =
        config.kms().credentials() instanceof PodIdentity
            ? Optional.empty()
            : Optional.of(context.token(config.server()));
    var shutdown = context.shutdown().get();
    // Beside the start of the agent, which it would delay; over before the first secret is read.
    var hardening = CompletableFuture.runAsync(context::disableCoreDumps, AgentRun::inThread);
    try (var timers = new SystemScheduler("timers");
        var audit = audit(timers.timing());
        var agent = new Agent(config, token, version, log(audit), timers.timing());
        var watchdog = new Watchdog(agent.watched(), why -> context.halt(why, ExitStatus.HUNG))) {
      hardening.join();
      var start = agent.start();
      if (start instanceof Start.Listening(var port, _)) {
        watchdog.start();
        logStart(port);
        token.ifPresent(AgentRun::logPath);
        onListening.accept(port);
        shutdown.run();
        LOG.atInfo().log("agent_stopping");
        return ExitStatus.DONE;
      }
      return context.fail(((Start.CannotListen) start).reason(), ExitStatus.FAILED);
    }
  }

  private Agent.LogAccess log(@Nullable AuditLog audit) {
    return new Agent.LogAccess(Optional.ofNullable(audit), losses);
  }

  private @Nullable AuditLog audit(TimeSources timing) throws CommandException {
    if (config.log().audit().isEmpty()) {
      return null;
    }
    var settings = config.log().audit().get();
    try {
      return AuditLog.open(
          settings,
          settings.readKey().map(AuditKey::of),
          HexFormat.of().toHexDigits(new SecureRandom().nextLong()),
          List.of(
              new KeyValuePair("version", version),
              new KeyValuePair("configuration", configuration)),
          losses,
          timing);
    } catch (IllegalArgumentException unusable) {
      throw new CommandException("Log.AuditKeyFile: " + unusable.getMessage(), ExitStatus.MISUSED);
    } catch (IOException unusable) {
      throw new CommandException(
          "The audit trail cannot be written: " + IoMessages.of(unusable), ExitStatus.MISUSED);
    }
  }

  private static void inThread(Runnable task) {
    Thread.ofPlatform().name("hardening").start(task);
  }

  private static void logPath(TokenLookup.Found token) {
    if (token.mayBePath()) {
      LOG.atWarn()
          .addKeyValue("variable", token.variable())
          .addKeyValue("advice", "for a token in a file write file:///path")
          .log("token_may_be_a_path");
    }
  }

  private void logStart(int port) {
    var line =
        LOG.atInfo()
            .addKeyValue("version", version)
            .addKeyValue("port", port)
            .addKeyValue("kms", config.kms().transport().endpoint().uri());
    // The launcher sets it if the distribution has an AOT cache, and no other archive of classes.
    if (System.getProperty("kmsagent.aot-cache") != null) {
      var used = System.getProperty("java.vm.info", "").endsWith("sharing");
      line = line.addKeyValue("aot_cache", used ? "used" : NO_AOT_CACHE);
    }
    line.log("agent_started");
    var listen = config.server().listen();
    if (!listen.isLoopback()) {
      LOG.atWarn()
          .addKeyValue("address", listen.address().getHostAddress())
          .log("other_machines_can_connect");
    }
    var heap = Runtime.getRuntime().maxMemory();
    if (config.cache().maxBytes() > heap - HEAP_BESIDES_CACHE) {
      LOG.atWarn()
          .addKeyValue("max_bytes", config.cache().maxBytes())
          .addKeyValue("heap_bytes", heap)
          .addKeyValue("advice", "raise KMS_AGENT_HEAP")
          .log("heap_too_small_for_cache");
    }
  }
}
