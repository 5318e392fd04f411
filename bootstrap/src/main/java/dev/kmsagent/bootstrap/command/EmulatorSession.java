package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs an emulated cloud until a signal ends it.
 *
 * @param isRole whether the environment has the credentials of a role alone; SDKs prefer a key, so
 *     that it is empty then
 * @param file where the environment is written too; {@code null} for nowhere
 */
record EmulatorSession(
    CommandContext context,
    EmulatedCloud.Listeners listeners,
    boolean isRole,
    @Nullable Path file) {
  /** Runs it and returns the exit status. */
  int run(@Nullable Path secrets) {
    return new SeededRun(context, secrets).run(this::run);
  }

  private int run(List<Seed> seeds, Path folder) throws IOException {
    var shutdown = context.shutdown().get();
    try (var cloud = EmulatedCloud.complete(seeds, folder, listeners)) {
      var environment = environment(cloud);
      if (file != null) {
        write(file.toAbsolutePath(), environment);
      }
      context.out().print(greeting(cloud, seeds) + environment);
      context.out().flush();
      shutdown.run();
      return ExitStatus.DONE;
    }
  }

  /** Replaces the file at once: who waits for it reads all of it. */
  private static void write(Path file, String text) throws IOException {
    var unfinished = Files.createTempFile(file.getParent(), ".environment-", null);
    try {
      Files.writeString(unfinished, text);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private String greeting(EmulatedCloud cloud, List<Seed> seeds) {
    var url = listeners.scheme() + "://" + cloud.emulator().endpoint();
    var trust = listeners.tls() ? "--cacert " + cloud.caFile() + " " : "";
    var names = seeds.stream().map(Seed::name).toList();
    return """
        listening on %s
        What it can do: curl %s%s/_emulator. Ctrl-C ends it.
        Secrets: %s

        """
        .formatted(url, trust, url, String.join(", ", names));
  }

  /**
   * What an SDK needs to use the cloud, as assignments for a shell. The names of credentials are
   * those that the SDKs read.
   */
  String environment(EmulatedCloud cloud) {
    return endpoints(cloud) + credentials(cloud);
  }

  private String endpoints(EmulatedCloud cloud) {
    return """
        # SDKs take endpoints as a host and a port. STS is https, by the authority in the file.
        %s%s%s%s%s%s"""
        .formatted(
            line("KMS_ENDPOINT", cloud.emulator().endpoint()),
            line("KMS_PROTOCOL", listeners.scheme()),
            line("STS_ENDPOINT", cloud.emulator().sts().endpoint()),
            line("METADATA_ENDPOINT", cloud.emulator().metadata().endpoint()),
            line("CA_FILE", cloud.caFile()),
            line("ALIBABA_CLOUD_REGION_ID", EmulatedCloud.REGION));
  }

  private String credentials(EmulatedCloud cloud) {
    return """
        # A key, which SDKs prefer to a role: %s with %s.
        %s%s%s# A role, and the token that STS accepts for it.
        %s%s%s"""
        .formatted(
            EmulatedCloud.KEY_ID,
            EmulatedCloud.KEY_PROOF,
            line("ALIBABA_CLOUD_ACCESS_KEY_ID", isRole ? "" : EmulatedCloud.KEY_ID),
            line("ALIBABA_CLOUD_ACCESS_KEY_SECRET", isRole ? "" : EmulatedCloud.KEY_PROOF),
            line("ALIBABA_CLOUD_SECURITY_TOKEN", ""),
            line("ALIBABA_CLOUD_ROLE_ARN", cloud.roleArn()),
            line("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", cloud.emulator().oidc().arn()),
            line("ALIBABA_CLOUD_OIDC_TOKEN_FILE", cloud.tokenFile()));
  }

  private static String line(String name, Object value) {
    return "export " + name + "=" + quoted(value.toString()) + "\n";
  }

  /** In single quotes a shell changes nothing. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
