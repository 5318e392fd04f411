package dev.kmsagent.bootstrap.command;

import dev.kmsagent.adapters.cache.file.FolderProbe;
import dev.kmsagent.adapters.telemetry.audit.AuditKey;
import dev.kmsagent.bootstrap.check.CertificateCheck;
import dev.kmsagent.bootstrap.check.CloudCheck;
import dev.kmsagent.bootstrap.check.Report;
import dev.kmsagent.bootstrap.wiring.AgentClock;
import dev.kmsagent.bootstrap.wiring.CloudAccess;
import dev.kmsagent.bootstrap.wiring.SystemScheduler;
import dev.kmsagent.bootstrap.wiring.TokenLookup;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.CacheStore;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.port.out.DurableRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code check}: whether an agent with a configuration would work, and what is in its way. */
record CheckCommand(CommandContext context) implements Command {
  private static final String SUBJECT = "token";
  private static final String AUDIT = "audit";
  private static final String FOLDER = "cache folder";
  private static final Option SECRET =
      Usage.option(
          "secret",
          "NAME",
          "A secret to try to read, by name or ARN; can be repeated. Those of Cache.Prefetch and"
              + " of Files.Entries are tried in any case. Values are not shown.");
  private static final Option POD_TOKEN =
      Usage.option(
          "pod-token",
          "FILE",
          "The token of a pod, to try with CredentialType PodIdentity: secrets are read with the"
              + " role that STS gives to this pod.");
  private static final Option OFFLINE =
      Usage.flag("offline", "Check this machine only; call no service.");

  @Override
  public Usage usage() {
    return new Usage(
        "check [OPTIONS]",
        "Say what is wrong with a configuration, or with the way from here to the secrets.\n"
            + "Every value is shown with where it came from, secrets as ***. Then the token, the"
            + " cache folder, the hosts of KMS and STS (DNS, TLS, clock), the credentials, the shared"
            + " cache and the secrets named are tried; and the least policies that RAM needs are"
            + " printed. No port is opened.",
        List.of(),
        List.of(Usage.CONFIG, SECRET, POD_TOKEN, OFFLINE));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, CommandException {
    context.disableCoreDumps();
    var file = arguments.config();
    var secrets = arguments.values(SECRET, SecretName::new);
    var podToken = arguments.value(POD_TOKEN, CheckCommand::read);
    var loaded = context.load(file);
    loaded.settings().forEach(setting -> context.out().println(line(setting)));
    context.out().println("# SHA-256: " + loaded.digest());
    context.out().println();
    return check(loaded.config(), arguments.has(OFFLINE), secrets, podToken);
  }

  private static ConfidentialText read(String file) {
    try {
      return new ConfidentialText(Files.readString(Path.of(file)).strip());
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(IoMessages.of(unreadable), unreadable);
    }
  }

  private static String line(Setting setting) {
    var origin = setting.origin().describe();
    return "%-35s = %-25s  # %s".formatted(setting.path(), setting.shownValue(), origin);
  }

  private int check(
      AgentConfig config,
      boolean offline,
      List<SecretName> secrets,
      Optional<ConfidentialText> podToken) {
    var report = new Report(context.out());
    if (!(config.kms().credentials() instanceof PodIdentity)) {
      var variables = config.server().guard().variables();
      check(TokenLookup.in(variables, context.environment()), report);
    }
    var bundle = Authorities.bundle().map(Path::toString).orElse("the list of this Java");
    report.ok("authorities", "Those in " + bundle + " are trusted.");
    var certificate = new CertificateCheck(AgentClock.system().instant(), report);
    config.server().tls().ifPresent(certificate::check);
    if (config.cache().store() instanceof CacheStore.InFolder(var folder)) {
      check(new FolderProbe(folder.path()).find(), report);
    }
    config.log().audit().ifPresent(audit -> check(audit, report));
    if (!offline) {
      checkCloud(config, withConfigured(secrets, config), podToken, report);
    }
    return report.conclude() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  /** No finding is a problem: the agent can do without. */
  private static void check(FolderProbe.Finding folder, Report report) {
    if (folder.isGood()) {
      report.ok(FOLDER, folder.text());
    } else {
      report.warning(FOLDER, folder.text() + " The agent works without it, and starts empty.");
    }
  }

  private static void check(AuditConfig audit, Report report) {
    try {
      var key = audit.readKey().map(AuditKey::of).map(AuditKey::publicKey);
      key.ifPresentOrElse(
          it -> report.ok(AUDIT, "Lines are signed; the public key is %s.".formatted(it)),
          () -> report.warning(AUDIT, "Lines are not signed, since Log.AuditKeyFile is not set."));
    } catch (IllegalArgumentException unusable) {
      report.problem(
          AUDIT, "Log.AuditKeyFile cannot be used: %s.".formatted(unusable.getMessage()));
    }
  }

  private static void check(TokenLookup token, Report report) {
    switch (token) {
      case TokenLookup.Missing(var reason, _) -> report.problem(SUBJECT, reason);
      case TokenLookup.Found found when found.mayBePath() ->
          report.warning(
              SUBJECT, found.variable() + " begins with / and may be a path: write file:///path.");
      case TokenLookup.Found found when found.isShort() ->
          report.warning(
              SUBJECT,
              "The token from %s has less than 16 characters and may be guessed: make one with the"
                      .formatted(found.variable())
                  + " command token.");
      case TokenLookup.Found found ->
          report.ok(SUBJECT, "The token comes from " + found.variable() + ".");
    }
  }

  /** What is logged on the way is said by the report, in better words. */
  private static void checkCloud(
      AgentConfig config,
      List<SecretName> secrets,
      Optional<ConfidentialText> podToken,
      Report report) {
    try (var scheduler = new SystemScheduler("timers");
        var cloud =
            new CloudAccess(config.kms(), scheduler.timing(), _ -> {}, DurableRecord.NONE)) {
      new CloudCheck(config, cloud, podToken, report).check(secrets);
    }
  }

  private static List<SecretName> withConfigured(List<SecretName> secrets, AgentConfig config) {
    var ofFiles = config.files().stream().flatMap(files -> files.secrets().stream());
    var names = Stream.concat(config.cache().prefetch().stream(), ofFiles);
    return Stream.concat(secrets.stream(), names.map(SecretName::new)).distinct().toList();
  }
}
