package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.emulator.seed.Seeds;
import dev.kmsagent.emulator.session.DevelopmentCloud;
import dev.kmsagent.emulator.session.Identity;
import dev.kmsagent.emulator.session.Reach;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs the emulator and an agent that uses it in one process, until a signal ends both.
 *
 * @param port that of the agent, 0 for any that is free
 * @param identity as whom the agent calls KMS
 */
record DevSession(CommandContext context, int port, Reach reach, Identity identity) {
  /** Runs both with these secrets, and returns the exit status. */
  int run(Seeds seeds, Path folder) throws CommandException, IOException {
    try (var cloud = DevelopmentCloud.start(identity, seeds, folder, reach)) {
      var token = cloud.clientToken();
      if (identity != Identity.NODE) {
        new TokenFile(token, TokenFile.OWNER_ONLY, null).write(new SecureRandom());
      }
      var isolated = context.withEnvironment(environment(token));
      var config = isolated.load(new ConfigSource.Text("dev", cloud.configuration(port))).config();
      return runAgent(config, isolated, cloud.guide());
    }
  }

  /** Of what is set, what the applications see of the agent counts alone. */
  private Map<String, String> environment(Path token) {
    var variables = new HashMap<>(context.environment());
    variables.keySet().removeIf(name -> !name.matches("KMS_AGENT_SERVER_(RESPONSETYPE|VAULT.*)"));
    variables.put("KMS_TOKEN", "file://" + token);
    return variables;
  }

  private int runAgent(AgentConfig config, CommandContext isolated, String guide)
      throws CommandException, IOException {
    try (var logging = Logging.install(config.log(), context.log())) {
      var status =
          new AgentRun(config, isolated, logging)
              .run(bound -> context.out().print(guide.replace("{port}", Integer.toString(bound))));
      if (status == ExitStatus.FAILED) {
        context.err().println("Another port: --port N, or --port 0 for any that is free.");
      }
      return status;
    }
  }
}
