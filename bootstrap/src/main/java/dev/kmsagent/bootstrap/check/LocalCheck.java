package dev.kmsagent.bootstrap.check;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.CacheConfig;
import dev.kmsagent.config.LogConfig.LogFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks what an agent with a valid configuration needs on this machine to start. */
public final class LocalCheck {
  private static final String TOKEN_SUBJECT = "token";
  private static final String LOG_SUBJECT = "log folder";

  private static final String CACHE_SUBJECT = "cache size";

  /** Of an entry: more than most secrets take, of which the larger are keys and certificates. */
  private static final long AMPLE = 4 << 10;

  private final Report report;

  public LocalCheck(Report report) {
    this.report = report;
  }

  /** Checks the token that clients must send. */
  public void check(TokenLookup token) {
    report.add(
        switch (token) {
          case TokenLookup.Found found when found.mayBePath() ->
              Finding.warning(
                  TOKEN_SUBJECT,
                  found.variable() + " begins with / and may be a path: write file:///path.");
          case TokenLookup.Found found when found.isShort() ->
              Finding.warning(
                  TOKEN_SUBJECT,
                  "The token from "
                      + found.variable()
                      + " has less than 16 characters and may be guessed: make one with the command"
                      + " token.");
          case TokenLookup.Found found ->
              Finding.ok(TOKEN_SUBJECT, "The token comes from " + found.variable() + ".");
          case TokenLookup.Missing(var reason) -> Finding.problem(TOKEN_SUBJECT, reason);
        });
  }

  /** Checks which of its two limits the cache reaches first. */
  public void check(CacheConfig cache) {
    var share = cache.maxBytes() / cache.maxEntries();
    var message =
        "Cache.CacheSize = %d and Cache.MaxBytes leave %d bytes for each secret with its answer."
            .formatted(cache.maxEntries(), share);
    report.add(
        share < AMPLE
            ? Finding.warning(
                CACHE_SUBJECT,
                message + " If they take more on average, some are evicted: raise Cache.MaxBytes.")
            : Finding.ok(CACHE_SUBJECT, message));
  }

  /** Checks the folder of the log, if any. */
  public void check(LogFile file) {
    switch (file) {
      case LogFile.Absent() -> {}
      case LogFile.Rolling(var folder, _, _) -> report.add(judge(folder.toAbsolutePath()));
    }
  }

  /** A missing folder would be created: then its parent must be writable. */
  private static Finding judge(Path folder) {
    var parent = folder.getParent();
    if (!Files.exists(folder) && parent != null) {
      return judge(parent);
    }
    return Files.isDirectory(folder) && Files.isWritable(folder)
        ? Finding.ok(LOG_SUBJECT, folder + " can be written to.")
        : Finding.problem(
            LOG_SUBJECT, "Log.LogPath: " + folder + " is not a folder that can be written to");
  }
}
