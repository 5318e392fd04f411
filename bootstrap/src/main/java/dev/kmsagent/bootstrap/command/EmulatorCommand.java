package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.seed.SeedFile;
import dev.kmsagent.emulator.seed.Seeds;
import dev.kmsagent.emulator.session.EmulatedCloud;
import dev.kmsagent.emulator.session.EmulatorSession;
import dev.kmsagent.emulator.session.Identity;
import dev.kmsagent.emulator.session.Reach;
import dev.kmsagent.emulator.session.SessionFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/**
 * {@code emulator}: an emulated KMS, STS and metadata service, for SDKs and other clients. Like
 * {@code dev} it loads the emulator's classes when it runs, so that the help can be printed where
 * the emulator is left out.
 */
record EmulatorCommand(CommandContext context) implements Command {
  static final Option SECRETS =
      Usage.option("secrets", "FILE", "The secrets, in TOML (default: some for demonstration).");
  static final Option LISTEN =
      Usage.flag(
          "listen",
          "Listen on all addresses of this machine, for other machines and containers; KMS has the"
              + " port "
              + EmulatedCloud.KMS_PORT
              + " then, unless another is given.");
  static final Option HOST_NAME =
      Usage.option(
          "host-name",
          "NAME",
          "A name by which others call this machine: allowed in requests, and in the certificate."
              + " The first one is printed. Can be repeated.");
  private static final Option KMS_PORT = port("kms", "KMS");
  private static final Option STS_PORT = port("sts", "STS");
  private static final Option METADATA_PORT = port("metadata", "the metadata service");
  private static final Option TLS =
      Usage.flag("tls", "KMS listens with TLS, as STS does, and a certificate of its own.");
  private static final Option TLS_PORT =
      Usage.option(
          "tls-port",
          "N",
          "One more port with TLS, for KMS and STS by the name that a client asks for; with 443,"
              + " and names of the cloud that lead here, SDKs need no endpoint.");
  private static final Option IDENTITY =
      Usage.option(
          "identity",
          "KIND",
          "The credentials in the environment: those of a key, with rrsa those of a pod of ACK, a"
              + " role and a token, or with uri the address of those of an instance (default:"
              + " key). All of them are accepted.");
  private static final Option ISSUER =
      Usage.option(
          "issuer",
          "URL",
          "The issuer of a cluster whose tokens STS accepts, too; with --issuer-keys.");
  private static final Option ISSUER_KEYS =
      Usage.option(
          "issuer-keys",
          "FILE",
          "The keys of that cluster: what kubectl get --raw /openid/v1/jwks prints.");
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

  @Override
  public Usage usage() {
    return new Usage(
        "emulator [OPTIONS]",
        "Run an emulated KMS, STS and metadata service, for SDKs and tests.\n"
            + "Prints what an SDK needs to use them, as assignments for a shell.",
        List.of(),
        List.of(
            SECRETS,
            LISTEN,
            HOST_NAME,
            KMS_PORT,
            STS_PORT,
            METADATA_PORT,
            TLS,
            TLS_PORT,
            IDENTITY,
            ISSUER,
            ISSUER_KEYS,
            ENV));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, CommandException, IOException {
    var reach = reach(arguments);
    var listeners =
        new EmulatedCloud.Listeners(
            port(arguments, KMS_PORT, reach.isOpen() ? EmulatedCloud.KMS_PORT : 0),
            port(arguments, STS_PORT, reach.isOpen() ? EmulatedCloud.STS_PORT : 0),
            port(arguments, METADATA_PORT, reach.isOpen() ? EmulatedCloud.METADATA_PORT : 0),
            arguments.has(TLS),
            arguments.value(TLS_PORT, EmulatorCommand::port));
    var identity = arguments.value(IDENTITY, EmulatorCommand::identity).orElse(Identity.KEY);
    var file = arguments.value(ENV, EmulatorCommand::file).orElse(null);
    if (identity == Identity.RRSA && reach.isOpen() && file == null) {
      throw new ParseException(
          "--identity rrsa with --listen needs --env: a file in a folder that others see, too");
    }
    var seeds = seeds(arguments);
    var session = new EmulatorSession(reach, listeners, identity, cluster(arguments), file);
    try (var folder = file == null ? SessionFolder.ofOwner() : SessionFolder.beside(file)) {
      session.run(seeds, folder.path(), context.out(), context.shutdown().get());
      return ExitStatus.DONE;
    }
  }

  private static Optional<OidcProvider.Cluster> cluster(Arguments arguments)
      throws ParseException, CommandException {
    var issuer = arguments.value(ISSUER, String::toString);
    var keys = arguments.value(ISSUER_KEYS, Path::of);
    if (issuer.isPresent() != keys.isPresent()) {
      throw new ParseException("--issuer and --issuer-keys need each other");
    }
    if (keys.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OidcProvider.Cluster.of(issuer.get(), Files.readString(keys.get())));
    } catch (IOException | IllegalArgumentException unusable) {
      throw new CommandException(
          keys.get() + " cannot be used: " + unusable.getMessage(), ExitStatus.MISUSED);
    }
  }

  private static Identity identity(String text) {
    return Identity.of(text, Identity.KEY, Identity.RRSA, Identity.URI);
  }

  private static Path file(String text) {
    var file = Path.of(text);
    if (text.isEmpty() || file.getFileName() == null) {
      throw new IllegalArgumentException("'" + text + "' names no file");
    }
    return file.toAbsolutePath();
  }

  static int port(Arguments arguments, Option option, int otherwise) throws ParseException {
    return arguments.value(option, EmulatorCommand::port).orElse(otherwise);
  }

  /** Parses the number of a port to listen on, 0 for any that is free. */
  private static int port(String text) {
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65535) {
      throw new IllegalArgumentException("'" + text + "' is no port: 0 to 65535 are");
    }
    return Integer.parseInt(text);
  }

  /** From where the emulator is to be reached. */
  static Reach reach(Arguments arguments) throws ParseException {
    return new Reach(arguments.has(LISTEN), arguments.values(HOST_NAME, Reach::hostName));
  }

  /** The secrets of the file that is named, or those for demonstration. */
  static Seeds seeds(Arguments arguments) throws ParseException, CommandException, IOException {
    var file = arguments.value(SECRETS, Path::of);
    if (file.isEmpty()) {
      return SeedFile.demonstration();
    }
    return switch (SeedFile.read(file.get())) {
      case SeedFile.Reading.Valid(var seeds) -> seeds;
      case SeedFile.Reading.Problems(var problems) ->
          throw new CommandException(
              file.get() + ", " + String.join("\n" + file.get() + ", ", problems),
              ExitStatus.MISUSED);
    };
  }
}
