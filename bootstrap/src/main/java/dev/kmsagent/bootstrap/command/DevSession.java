package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the emulator and an agent that uses it in one process, until a signal ends both. */
final class DevSession {
  private final CommandContext context;
  private final int port;
  private final @Nullable Path secrets;
  private final DevIdentity identity;

  DevSession(CommandContext context, int port, @Nullable Path secrets, DevIdentity identity) {
    this.context = context;
    this.port = port;
    this.secrets = secrets;
    this.identity = identity;
  }

  /** Runs both and returns the exit status. */
  int run() {
    return new SeededRun(context, secrets).run(this::runWith);
  }

  private int runWith(List<Seed> seeds, Path folder) throws IOException {
    try (var cloud = DevCloud.start(identity, seeds, folder)) {
      var token = folder.resolve("token");
      new TokenFile(token, FileMode.OWNER_ONLY, null).write(new SecureRandom());
      var names = seeds.stream().map(Seed::name).toList();
      var guide = new DevGuide(cloud.endpoint(), token, names, cloud.tour());
      var environment = Map.of("KMS_TOKEN", "file://" + token);
      var isolated = context.withEnvironment(environment);
      return switch (isolated.load(configuration(cloud))) {
        case LoadResult.Loaded(var config, _) -> runAgent(config, isolated, guide);
        case LoadResult.Rejected(var problems) -> context.reject(problems);
      };
    }
  }

  private ConfigSource configuration(DevCloud cloud) {
    var toml =
        """
        [Server]
        HttpPort = %d
        [KMS]
        Region = "%s"
        Endpoint = "%s"
        Protocol = "http"
        %s
        [Cache]
        TtlSeconds = %d
        [Log]
        Format = "text"
        Audit = true
        """
            .formatted(
                port,
                EmulatedCloud.REGION,
                cloud.endpoint(),
                cloud.settings(),
                DevGuide.TTL_SECONDS);
    return new ConfigSource.Text("dev", toml);
  }

  private int runAgent(AgentConfig config, CommandContext isolated, DevGuide guide)
      throws IOException {
    try (var logging = Logging.install(config.log(), context.log())) {
      var status =
          new AgentRun(config, isolated, logging)
              .run(bound -> context.out().print(guide.text(bound)));
      if (status == ExitStatus.FAILED) {
        context.err().println("Another port: --port N, or --port 0 for any that is free.");
      }
      return status;
    }
  }
}
