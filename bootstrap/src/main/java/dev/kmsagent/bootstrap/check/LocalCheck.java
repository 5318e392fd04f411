package dev.kmsagent.bootstrap.check;

import dev.kmsagent.bootstrap.check.Finding.Grade;
import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.CacheConfig;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Checks what an agent with a valid configuration needs on this machine to start. */
public final class LocalCheck {
  private static final String SUBJECT = "token";
  private static final String CACHE = "cache size";
  private static final String LOG = "log folder";

  /** Of an entry: more than most secrets take, of which the larger are keys and certificates. */
  private static final long AMPLE = 4 << 10;

  private LocalCheck() {}

  /** Adds what is found to {@code report}. */
  public static void check(AgentConfig config, Map<String, String> environment, Report report) {
    var variables = config.server().guard().variables();
    if (!(config.kms().credentials() instanceof PodIdentity)) {
      report.check(SUBJECT, Grade.PROBLEM, () -> token(TokenLookup.in(variables, environment)));
    }
    report.add(cache(config.cache()));
    config
        .log()
        .file()
        .map(file -> file.folder().toAbsolutePath())
        .ifPresent(folder -> report.check(LOG, Grade.PROBLEM, () -> log(folder)));
  }

  private static Finding token(TokenLookup token) {
    return switch (token) {
      case TokenLookup.Missing(var reason) -> Finding.problem(SUBJECT, reason);
      case TokenLookup.Found found when found.mayBePath() ->
          Finding.warning(
              SUBJECT, found.variable() + " begins with / and may be a path: write file:///path.");
      case TokenLookup.Found found when found.isShort() ->
          Finding.warning(
              SUBJECT,
              "The token from %s has less than 16 characters and may be guessed: make one with the"
                      .formatted(found.variable())
                  + " command token.");
      case TokenLookup.Found found ->
          Finding.ok(SUBJECT, "The token comes from " + found.variable() + ".");
    };
  }

  /** Which of its two limits the cache reaches first. */
  private static Finding cache(CacheConfig cache) {
    var share = cache.maxBytes() / cache.maxEntries();
    var message =
        "Cache.CacheSize = %d and Cache.MaxBytes leave %d bytes for each secret with its answer."
            .formatted(cache.maxEntries(), share);
    return share < AMPLE
        ? Finding.warning(
            CACHE,
            message + " If they take more on average, some are evicted: raise Cache.MaxBytes.")
        : Finding.ok(CACHE, message);
  }

  /** A missing folder would be created: then its parent must be writable. */
  private static Finding log(Path folder) {
    var parent = folder.getParent();
    if (!Files.exists(folder) && parent != null) {
      return log(parent);
    }
    return Files.isDirectory(folder) && Files.isWritable(folder)
        ? Finding.ok(LOG, folder + " can be written to.")
        : Finding.problem(
            LOG, "Log.LogPath: " + folder + " is not a folder that can be written to");
  }
}
