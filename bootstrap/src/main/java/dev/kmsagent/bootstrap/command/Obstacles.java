package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.LogConfig.LogFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What would keep an agent with a right configuration from starting here and now. */
final class Obstacles {
  private Obstacles() {}

  /** A sentence for each. */
  static List<String> of(AgentConfig config, TokenLookup token) {
    return Stream.of(missing(token), unwritable(config.log().file()))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<String> missing(TokenLookup token) {
    return switch (token) {
      case TokenLookup.Found _ -> Optional.empty();
      case TokenLookup.Missing(var reason) -> Optional.of(reason);
    };
  }

  private static Optional<String> unwritable(LogFile file) {
    return switch (file) {
      case LogFile.Absent() -> Optional.empty();
      case LogFile.Rolling(var folder, _, _) -> unwritable(folder.toAbsolutePath());
    };
  }

  /** A folder that is missing would be made: then the one above it counts. */
  private static Optional<String> unwritable(Path folder) {
    var parent = folder.getParent();
    if (!Files.exists(folder) && parent != null) {
      return unwritable(parent);
    }
    return Files.isDirectory(folder) && Files.isWritable(folder)
        ? Optional.empty()
        : Optional.of("Log.LogPath: " + folder + " is not a folder that can be written to");
  }
}
