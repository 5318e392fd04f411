package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code token}: makes the token that clients must send. */
record TokenCommand(CommandContext context) implements Command {
  private static final String DEFAULT_MODE = "0640";

  private static final Usage.Parameter PATH =
      new Usage.Parameter("PATH", "The file; missing folders are made.");
  static final Option MODE =
      Usage.option(
          "mode", "MODE", "Who may read the file, in octal (default: " + DEFAULT_MODE + ").");
  private static final Option GROUP =
      Usage.option(
          "group",
          "NAME",
          "The group that the file is given to (default: the usual one of new files).");
  private static final Option KEEP = Usage.flag("keep", "Keep a token in a file of this user.");

  @Override
  public Usage usage() {
    return new Usage(
        "token [OPTIONS] PATH",
        "Write a new random token to a file.\n"
            + "The agent takes it from there (KMS_TOKEN=file://PATH), and so do its clients.",
        List.of(PATH),
        List.of(MODE, GROUP, KEEP));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, IOException {
    var path = arguments.required(PATH, Path::of);
    var done =
        make(arguments, path, arguments.has(KEEP)) ? "wrote a token to " : "kept the token in ";
    context.out().println(done + path);
    return ExitStatus.DONE;
  }

  /** Makes the token as the options say. Whether one was written: it is not if one is kept. */
  static boolean make(Arguments arguments, Path path, boolean keep)
      throws ParseException, IOException {
    var mode = arguments.value(MODE, TokenFile::mode).orElse(TokenFile.mode(DEFAULT_MODE));
    var file = new TokenFile(path, mode, arguments.value(GROUP, name -> name).orElse(null));
    if (keep && file.keep()) {
      return false;
    }
    file.write(new SecureRandom());
    return true;
  }
}
