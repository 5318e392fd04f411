package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code agent}: runs the agent until a signal ends it. */
record AgentCommand(CommandContext context) implements Command {
  private static final Usage.Parameter CONFIG =
      new Usage.Parameter(
          "CONFIG", "The configuration file; without one, defaults and environment alone count.");

  private static final Option MAKE_TOKEN =
      Usage.option("make-token", "PATH", "First do what the command token --keep PATH does.");

  private static final Option NOTIFY =
      Usage.option("notify", "FILE", "Write an empty line to it once the agent listens.");

  @Override
  public Usage usage() {
    return new Usage(
        "agent [OPTIONS] [CONFIG]",
        "Run the agent.",
        List.of(CONFIG),
        List.of(MAKE_TOKEN, TokenCommand.MODE, NOTIFY));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, CommandException, IOException {
    var token = arguments.value(MAKE_TOKEN, Path::of);
    if (token.isPresent()) {
      var _ = TokenCommand.make(arguments, token.get(), true);
    } else if (arguments.has(TokenCommand.MODE)) {
      throw new ParseException("--mode needs --make-token");
    }
    var loaded = context.load(arguments.optional(CONFIG, Path::of));
    var server = loaded.config().server();
    var listen = server.listen().address();
    var toNotify = arguments.value(NOTIFY, Path::of);
    return AgentRun.run(
        loaded,
        context,
        port -> {
          context.out().println("listening on " + server.url(listen, port));
          toNotify.ifPresent(this::tell);
        });
  }

  private void tell(Path file) {
    try {
      Files.writeString(file, "\n");
    } catch (IOException failed) {
      context.err().println("--notify: " + IoMessages.of(failed));
    }
  }
}
