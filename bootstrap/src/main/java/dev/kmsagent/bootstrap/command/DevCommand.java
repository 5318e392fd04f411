package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.command.EmulatorOptions.Identity;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/**
 * {@code dev}: the agent on an emulated KMS. The emulator's classes are loaded when it runs, so
 * that the help can be printed where the emulator is left out.
 */
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
            EmulatorOptions.SECRETS,
            PORT,
            IDENTITY,
            EmulatorOptions.LISTEN,
            EmulatorOptions.HOST_NAME));
  }

  @Override
  public int run(Arguments arguments) throws ParseException {
    var port = arguments.value(PORT, EmulatorOptions::port).orElse(DEFAULT_PORT);
    var secrets = arguments.value(EmulatorOptions.SECRETS, Path::of).orElse(null);
    var identity = arguments.value(IDENTITY, DevCommand::identity).orElse(Identity.KEY);
    return new DevSession(context, port, EmulatorOptions.reach(arguments), identity).run(secrets);
  }

  private static Identity identity(String text) {
    return EmulatorOptions.identity(text, Identity.KEY, Identity.RRSA, Identity.NODE);
  }
}
