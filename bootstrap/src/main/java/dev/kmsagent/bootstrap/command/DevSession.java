package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.bootstrap.command.EmulatorOptions.Identity;
import dev.kmsagent.bootstrap.logging.Logging;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.emulator.seed.Seed;
import dev.kmsagent.emulator.seed.Seeds;
import dev.kmsagent.emulator.session.EmulatedCloud;
import dev.kmsagent.emulator.session.EmulatedPods;
import dev.kmsagent.emulator.session.Reach;
import dev.kmsagent.emulator.session.SeededRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the emulator and an agent that uses it in one process, until a signal ends both.
 *
 * @param port that of the agent, 0 for any that is free
 * @param identity as whom the agent calls KMS
 */
record DevSession(CommandContext context, int port, Reach reach, Identity identity) {
  /** Runs both with the secrets of a file, or for demonstration, and returns the exit status. */
  int run(@Nullable Path secrets) {
    return EmulatorOptions.run(context, new SeededRun(secrets, null), this::runWith);
  }

  private int runWith(Seeds seeds, Path folder) throws IOException {
    try (var cloud = start(seeds, folder)) {
      var token = token(cloud);
      var names = seeds.secrets().stream().map(Seed::name).toList();
      var guide = new DevGuide(reach, cloud.endpoint(), inShell(token), names, tour(cloud));
      var isolated = context.withEnvironment(environment(token));
      return switch (isolated.load(new ConfigSource.Text("dev", configuration(cloud)))) {
        case LoadResult.Loaded(var config, _) -> runAgent(config, isolated, guide);
        case LoadResult.Rejected(var problems) -> context.reject(problems);
      };
    }
  }

  /** The token of the applications, or of the first pod. */
  private Path token(EmulatedCloud cloud) throws IOException {
    if (identity == Identity.NODE) {
      return new EmulatedPods(cloud).token("orders");
    }
    var file = cloud.folder().resolve("token");
    new TokenFile(file, TokenFile.OWNER_ONLY, null).write(new SecureRandom());
    return file;
  }

  /** Of what is set, what the applications see of the agent counts alone. */
  private Map<String, String> environment(Path token) {
    var variables = new HashMap<>(context.environment());
    variables.keySet().removeIf(name -> !name.matches("KMS_AGENT_SERVER_(RESPONSETYPE|VAULT.*)"));
    variables.put("KMS_TOKEN", "file://" + token);
    return variables;
  }

  /** A word of a shell; the file is of use on this machine alone. */
  private String inShell(Path token) throws IOException {
    return reach.isOpen() ? Files.readString(token) : "\"$(cat " + token + ")\"";
  }

  private EmulatedCloud start(Seeds seeds, Path folder) throws IOException {
    var kms = reach.isOpen() ? EmulatedCloud.KMS_PORT : 0;
    if (identity == Identity.KEY) {
      return EmulatedCloud.kmsOnly(seeds, folder, reach, kms);
    }
    var all = identity == Identity.NODE ? EmulatedPods.ROLES.and(seeds) : seeds;
    return EmulatedCloud.complete(all, folder, reach, EmulatedCloud.Listeners.kmsAt(kms));
  }

  private String configuration(EmulatedCloud cloud) {
    return """
    [Server]
    HttpPort = %d
    ShutdownGraceSeconds = 3
    %s[KMS]
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
            reach.isOpen() ? listenEverywhere() : "",
            EmulatedCloud.REGION,
            cloud.emulator().endpoint(),
            credentials(cloud),
            DevGuide.TTL_SECONDS);
  }

  private String listenEverywhere() {
    return """
    ListenAddress = "0.0.0.0"
    AllowRemote = true
    AllowedHosts = [%s]
    """
        .formatted(reach.hostNames().stream().map(name -> '"' + name + '"').collect(joining(",")));
  }

  private String credentials(EmulatedCloud cloud) {
    return switch (identity) {
      case RRSA -> role(cloud);
      case NODE -> new EmulatedPods(cloud).configuration();
      case KEY, URI -> key();
    };
  }

  private static String key() {
    return """
    CredentialType = "AccessKey"
    AccessKeyId = "%s"
    AccessKeySecret = "%s"
    """
        .formatted(EmulatedCloud.KEY_ID, EmulatedCloud.KEY_PROOF);
  }

  private static String role(EmulatedCloud cloud) {
    return """
    CredentialType = "RRSA"
    RoleArn = "%s"
    OidcProviderArn = "%s"
    OidcTokenFile = "%s"
    StsEndpoint = "%s"
    CaFile = "%s"
    """
        .formatted(
            cloud.roleArn(),
            cloud.emulator().oidc().arn(),
            cloud.tokenFile(),
            cloud.emulator().sts().endpoint(),
            cloud.caFile());
  }

  /** What a person can try with the identity. */
  private String tour(EmulatedCloud cloud) throws IOException {
    var pods = new EmulatedPods(cloud);
    return switch (identity) {
      case RRSA -> tourOfRole(cloud);
      case NODE -> pods.tour(inShell(pods.token("billing")), inShell(pods.token("guest")));
      case KEY, URI -> "";
    };
  }

  private static String tourOfRole(EmulatedCloud cloud) {
    var control = "http://" + cloud.endpoint() + "/_emulator";
    return """
    The agent has no key of its own: STS gives it keys of %s for the token in %s.
    Revoke its key: the next call to KMS renews it, and the reader notices nothing.
      curl -X DELETE '%s/keys'
    See what STS was asked:
      curl '%s/calls?service=sts'
    Take STS away, and bring it back:
      curl -X POST '%s/stop?service=sts'
      curl -X POST '%s/start?service=sts'

    """
        .formatted(cloud.roleArn(), cloud.tokenFile(), control, control, control, control);
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
