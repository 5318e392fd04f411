package dev.kmsagent.bootstrap.command;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/**
 * {@code emulator}: an emulated KMS, STS and metadata service, for SDKs and other clients. Like
 * {@code dev} it loads the emulator's classes when it runs.
 */
record EmulatorCommand(CommandContext context) implements Command {
  private static final Option KMS_PORT = port("kms", "KMS");
  private static final Option STS_PORT = port("sts", "STS");
  private static final Option METADATA_PORT = port("metadata", "the metadata service");
  private static final Option TLS =
      Usage.flag("tls", "KMS listens with TLS, as STS does, and a certificate of its own.");
  private static final Option IDENTITY =
      Usage.option(
          "identity",
          "KIND",
          "The credentials in the environment: those of a key, or with rrsa those of a pod of ACK,"
              + " a role and a token (default: key). All of them are accepted.");
  private static final Option ENV =
      Usage.option("env", "FILE", "Also write the printed environment to this file.");

  private static Option port(String service, String name) {
    return Usage.option(
        service + "-port", "N", "The port of " + name + ", 0 for any that is free (default: 0).");
  }

  private static Path file(String text) {
    var file = Path.of(text);
    if (text.isEmpty() || file.getFileName() == null) {
      throw new IllegalArgumentException("'" + text + "' names no file");
    }
    return file;
  }

  @Override
  public Usage usage() {
    return new Usage(
        "emulator [OPTIONS]",
        "Run an emulated KMS, STS and metadata service, for SDKs and tests.\n"
            + "Prints what an SDK needs to use them, as assignments for a shell.",
        List.of(),
        List.of(EmulatorOptions.SECRETS, KMS_PORT, STS_PORT, METADATA_PORT, TLS, IDENTITY, ENV));
  }

  @Override
  public int run(Arguments arguments) throws ParseException {
    var listen =
        new EmulatedCloud.Listeners(
            arguments.value(KMS_PORT, EmulatorOptions::port).orElse(0),
            arguments.value(STS_PORT, EmulatorOptions::port).orElse(0),
            arguments.value(METADATA_PORT, EmulatorOptions::port).orElse(0),
            arguments.has(TLS));
    var secrets = arguments.value(EmulatorOptions.SECRETS, Path::of).orElse(null);
    var isRole = arguments.value(IDENTITY, EmulatorOptions::isRole).orElse(false);
    var file = arguments.value(ENV, EmulatorCommand::file).orElse(null);
    return new EmulatorSession(context, listen, isRole, file).run(secrets);
  }
}
