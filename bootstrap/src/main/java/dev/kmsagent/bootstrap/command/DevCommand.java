package dev.kmsagent.bootstrap.command;

import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.emulator.session.DevelopmentCloud;
import dev.kmsagent.emulator.session.Identity;
import dev.kmsagent.emulator.session.SessionFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code dev}: the agent on an emulated KMS, in one process, until a signal ends both. */
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

  private static final Option TLS =
      Usage.flag("tls", "Take requests with TLS alone, by a certificate of an emulated authority.");

  @Override
  public Usage usage() {
    return new Usage(
        "dev [OPTIONS]",
        "Run the agent on an emulated KMS, for development.\n"
            + "Of the environment it uses KMS_AGENT_SERVER_RESPONSETYPE and"
            + " KMS_AGENT_SERVER_VAULT* alone: no credentials and no other settings.",
        List.of(),
        List.of(
            EmulatorCommand.SECRETS,
            PORT,
            IDENTITY,
            TLS,
            EmulatorCommand.LISTEN,
            EmulatorCommand.HOST_NAME));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, CommandException, IOException {
    var port = EmulatorCommand.port(arguments, PORT, DEFAULT_PORT);
    var identity = arguments.value(IDENTITY, DevCommand::identity).orElse(Identity.KEY);
    var tls = arguments.has(TLS);
    var reach = EmulatorCommand.reach(arguments);
    var seeds = EmulatorCommand.seeds(arguments);
    try (var folder = SessionFolder.ofOwner();
        var cloud = DevelopmentCloud.start(identity, tls, seeds, folder.path(), reach)) {
      var token = cloud.clientToken();
      if (identity != Identity.NODE) {
        new TokenFile(token, TokenFile.OWNER_ONLY, null).write(new SecureRandom());
      }
      var isolated = context.withEnvironment(environment(token));
      var config = isolated.load(new ConfigSource.Text("dev", cloud.configuration(port)));
      var guide = cloud.guide();
      var status =
          AgentRun.run(
              config,
              isolated,
              bound -> context.out().print(guide.replace("{port}", Integer.toString(bound))));
      if (status == ExitStatus.FAILED) {
        context.err().println("Another port: --port N, or --port 0 for any that is free.");
      }
      return status;
    }
  }

  private static Identity identity(String text) {
    return Identity.of(text, Identity.KEY, Identity.RRSA, Identity.NODE);
  }

  /** Of what is set, what the applications see of the agent counts alone. */
  private Map<String, String> environment(Path token) {
    var variables = new HashMap<>(context.environment());
    variables.keySet().removeIf(name -> !name.matches("KMS_AGENT_SERVER_(RESPONSETYPE|VAULT.*)"));
    variables.put("KMS_TOKEN", "file://" + token);
    return variables;
  }
}
