package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.session.Identity;
import dev.kmsagent.emulator.session.SessionFolder;
import java.io.IOException;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code dev}: the agent on an emulated KMS. */
record DevCommand(CommandContext context) implements Command {
  private static final int DEFAULT_PORT = 2025;

  private static final Option PORT =
      Usage.option(
          "port", "N", "The agent's port, 0 for any that is free (default: " + DEFAULT_PORT + ").");
  private static final Option IDENTITY =
      Usage.option(
          "identity",
          "KIND",
          "As whom the agent calls KMS: with a key; with rrsa as a pod of ACK does, a role whose"
              + " keys an emulated STS gives; or with node as each of three pods, by the tokens"
              + " that they send (default: key).");

  @Override
  public Usage usage() {
    return new Usage(
        "dev [OPTIONS]",
        "Run the agent on an emulated KMS, for development.\n"
            + "Of the environment it uses KMS_AGENT_SERVER_RESPONSETYPE and"
            + " KMS_AGENT_SERVER_VAULTMOUNT, no credentials and no other settings.",
        List.of(),
        List.of(
            EmulatorCommand.SECRETS,
            PORT,
            IDENTITY,
            EmulatorCommand.LISTEN,
            EmulatorCommand.HOST_NAME));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, CommandException, IOException {
    var port = EmulatorCommand.port(arguments, PORT, DEFAULT_PORT);
    var identity = arguments.value(IDENTITY, DevCommand::identity).orElse(Identity.KEY);
    var session = new DevSession(context, port, EmulatorCommand.reach(arguments), identity);
    var seeds = EmulatorCommand.seeds(arguments);
    try (var folder = SessionFolder.ofOwner()) {
      return session.run(seeds, folder.path());
    }
  }

  private static Identity identity(String text) {
    return Identity.of(text, Identity.KEY, Identity.RRSA, Identity.NODE);
  }
}
