package dev.kmsagent.bootstrap.check;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.LogConfig.LogFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks what an agent with a valid configuration needs on this machine to start. */
public final class LocalCheck {
  private static final String TOKEN_SUBJECT = "token";
  private static final String LOG_SUBJECT = "log folder";

  private final Report report;

  public LocalCheck(Report report) {
    this.report = report;
  }

  /** Checks the token that clients must send. */
  public void check(TokenLookup token) {
    report.add(
        switch (token) {
          case TokenLookup.Found found ->
              Finding.ok(TOKEN_SUBJECT, "The token comes from " + found.variable() + ".");
          case TokenLookup.Missing(var reason) -> Finding.problem(TOKEN_SUBJECT, reason);
        });
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
