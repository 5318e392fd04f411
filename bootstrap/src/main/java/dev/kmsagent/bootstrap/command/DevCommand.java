package dev.kmsagent.bootstrap.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code dev}: the agent on an emulated KMS. No type of the emulator stands in the signature of
 * anything here, so that the help can be printed where the emulator is left out.
 */
@Command(
    description = {
      "Run the agent on an emulated KMS, for development.",
      "Credentials and settings of the environment are left alone."
    })
final class DevCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(
      names = "--secrets",
      paramLabel = "FILE",
      description = "The secrets, in TOML (default: some for demonstration).")
  private @Nullable Path secrets;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "2025",
      description = "The agent's port, 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--identity",
      paramLabel = "KIND",
      defaultValue = "key",
      description = {
        "As whom the agent calls KMS: with a key, or with rrsa as a pod of ACK does, a role whose"
            + " keys an emulated STS gives (default: ${DEFAULT-VALUE})."
      })
  private DevIdentity identity = DevIdentity.KEY;

  DevCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return new DevSession(surroundings, port, secrets, identity).run();
  }
}
