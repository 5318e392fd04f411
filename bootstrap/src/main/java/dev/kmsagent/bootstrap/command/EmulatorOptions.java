package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.emulator.session.EmulatedCloud;
import dev.kmsagent.emulator.session.Reach;
import dev.kmsagent.emulator.session.SeededRun;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** The options of the commands with an emulator that the agent does not have to load. */
final class EmulatorOptions {
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
  static final Option TLS_PORT =
      Usage.option(
          "tls-port",
          "N",
          "One more port with TLS, for KMS and STS by the name that a client asks for; with 443,"
              + " and names of the cloud that lead here, SDKs need no endpoint.");

  private EmulatorOptions() {}

  /** As whom SDKs and agents call the cloud. */
  enum Identity {
    KEY,
    RRSA,
    NODE,
    URI
  }

  /** Parses the number of a port to listen on, 0 for any that is free. */
  static int port(String text) {
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65535) {
      throw new IllegalArgumentException("'" + text + "' is no port: 0 to 65535 are");
    }
    return Integer.parseInt(text);
  }

  /** The same without 0, since nothing prints which one it became. */
  static int fixedPort(String text) {
    var port = port(text);
    if (port == 0) {
      throw new IllegalArgumentException("'" + text + "' names no port");
    }
    return port;
  }

  /** Parses one of the identities that a command offers, in any case. */
  static Identity identity(String text, Identity... offered) {
    return Stream.of(offered)
        .filter(identity -> identity.name().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(noneOf(text, offered)));
  }

  private static String noneOf(String text, Identity... offered) {
    var names = Stream.of(offered).map(it -> it.name().toLowerCase(Locale.ROOT));
    return "'" + text + "' is none of " + names.collect(joining(", "));
  }

  /** From where the emulator is to be reached. */
  static Reach reach(Arguments arguments) throws ParseException {
    return new Reach(arguments.has(LISTEN), arguments.values(HOST_NAME, Reach::hostName));
  }

  /** Runs {@code body} and returns its exit status, or that of what prevents it. */
  static int run(CommandContext context, SeededRun run, SeededRun.Body body) {
    try {
      return run.run(context.err(), body).orElse(ExitStatus.MISUSED);
    } catch (IOException e) {
      return context.fail(IoMessages.of(e), ExitStatus.FAILED);
    }
  }
}
