package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code token}: makes the token that clients must send. */
@Command(
    description = {
      "Write a new random token to a file.",
      "The agent takes it from there (KMS_TOKEN=file://PATH), and so do its clients."
    })
final class TokenCommand implements Callable<Integer> {
  private static final String DEFAULT_MODE = "0640";

  private final Surroundings surroundings;
  private final SecureRandom random;

  @Parameters(paramLabel = "PATH", description = "The file; missing folders are made.")
  private Path path = Path.of("");

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = FileMode.Converter.class,
      defaultValue = DEFAULT_MODE,
      description = "Who may read the file, in octal (default: ${DEFAULT-VALUE}).")
  private FileMode mode = FileMode.parse(DEFAULT_MODE);

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "The group that the file is given to (default: the usual one of new files).")
  private @Nullable String group;

  @Option(names = "--keep", description = "Leave a token that is there already.")
  private boolean keep;

  TokenCommand(Surroundings surroundings, SecureRandom random) {
    this.surroundings = surroundings;
    this.random = random;
  }

  @Override
  public Integer call() {
    var file = new TokenFile(path, mode, group);
    try {
      if (keep && file.holdsToken()) {
        surroundings.out().println("kept the token in " + path);
      } else {
        file.write(random);
        surroundings.out().println("wrote a token to " + path);
      }
      return ExitStatus.DONE;
    } catch (IOException e) {
      surroundings.err().println("Cannot write the token: " + Sentences.of(e));
      return ExitStatus.FAILED;
    }
  }
}
