package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.command.EmulatorOptions.Identity;
import dev.kmsagent.emulator.session.EmulatedCloud;
import dev.kmsagent.emulator.session.EmulatorSession;
import dev.kmsagent.emulator.session.SeededRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
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
          "The credentials in the environment: those of a key, with rrsa those of a pod of ACK, a"
              + " role and a token, or with uri the address of those of an instance (default:"
              + " key). All of them are accepted.");
  private static final Option ENV =
      Usage.option(
          "env",
          "FILE",
          "Also write the printed environment to this file, and beside it what it names; both are"
              + " removed at the end.");

  private static Option port(String service, String name) {
    return Usage.option(
        service + "-port", "N", "The port of " + name + ", 0 for any that is free (default: 0).");
  }

  private static Identity identity(String text) {
    return EmulatorOptions.identity(text, Identity.KEY, Identity.RRSA, Identity.URI);
  }

  private static Path file(String text) {
    var file = Path.of(text);
    if (text.isEmpty() || file.getFileName() == null) {
      throw new IllegalArgumentException("'" + text + "' names no file");
    }
    return file.toAbsolutePath();
  }

  @Override
  public Usage usage() {
    return new Usage(
        "emulator [OPTIONS]",
        "Run an emulated KMS, STS and metadata service, for SDKs and tests.\n"
            + "Prints what an SDK needs to use them, as assignments for a shell.",
        List.of(),
        List.of(
            EmulatorOptions.SECRETS,
            EmulatorOptions.LISTEN,
            EmulatorOptions.HOST_NAME,
            KMS_PORT,
            STS_PORT,
            METADATA_PORT,
            TLS,
            EmulatorOptions.TLS_PORT,
            IDENTITY,
            ENV));
  }

  @Override
  public int run(Arguments arguments) throws ParseException {
    var reach = EmulatorOptions.reach(arguments);
    var shared = arguments.value(EmulatorOptions.TLS_PORT, EmulatorOptions::fixedPort);
    var listeners =
        new EmulatedCloud.Listeners(
            arguments
                .value(KMS_PORT, EmulatorOptions::port)
                .orElse(reach.isOpen() ? EmulatedCloud.KMS_PORT : 0),
            arguments
                .value(STS_PORT, EmulatorOptions::port)
                .orElse(reach.isOpen() ? EmulatedCloud.STS_PORT : 0),
            arguments
                .value(METADATA_PORT, EmulatorOptions::port)
                .orElse(reach.isOpen() ? EmulatedCloud.METADATA_PORT : 0),
            arguments.has(TLS),
            shared.map(OptionalInt::of).orElseGet(OptionalInt::empty));
    var secrets = arguments.value(EmulatorOptions.SECRETS, Path::of).orElse(null);
    var identity = arguments.value(IDENTITY, EmulatorCommand::identity).orElse(Identity.KEY);
    var file = arguments.value(ENV, EmulatorCommand::file).orElse(null);
    if (identity == Identity.RRSA && reach.isOpen() && file == null) {
      throw new ParseException(
          "--identity rrsa with --listen needs --env: a file in a folder that others see, too");
    }
    var name = identity.name().toLowerCase(Locale.ROOT);
    var session = new EmulatorSession(reach, listeners, name, file);
    return EmulatorOptions.run(
        context,
        new SeededRun(secrets, file == null ? null : file.getParent()),
        (seeds, folder) -> {
          session.run(seeds, folder, context.out(), context.shutdown().get());
          return ExitStatus.DONE;
        });
  }
}
