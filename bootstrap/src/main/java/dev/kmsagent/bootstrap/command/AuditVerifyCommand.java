package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.telemetry.audit.AuditKey;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Result;
import dev.kmsagent.adapters.telemetry.audit.AuditVerification.Signed;
import dev.kmsagent.config.schema.OneLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code audit verify}: whether files of an audit trail are whole. */
record AuditVerifyCommand(CommandContext context) implements Command {
  static final Usage.Parameter FILES =
      new Usage.Parameter("FILE...", "Files of one folder, in any order; also compressed by gzip.");
  private static final Option KEY =
      Usage.option(
          "key",
          "PUBLIC",
          "The public key, as audit key prints it, or a file with it; can be repeated, for a key"
              + " that was replaced.");
  private static final Option SEQUENCE =
      Usage.option(
          "sequence",
          "NUMBER",
          "A sequence number that was seen elsewhere (kms_agent_audit_sequence, SLS): the files must"
              + " reach it.");

  /** Of each public key of Ed25519: its algorithm, in the base64 of the DER. */
  private static final String KEY_BEGIN = "MCowBQYDK2Vw";

  @Override
  public Usage usage() {
    return new Usage(
        "audit verify [OPTIONS] FILE...",
        "Say whether files of an audit trail are whole, or which line is the first that is not.\n"
            + "The exit status is 1 if a line is missing, changed, added or cut.",
        List.of(FILES),
        List.of(KEY, SEQUENCE));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, IOException, CommandException {
    var files = arguments.all(FILES, Path::of);
    var keys = arguments.values(KEY, AuditVerifyCommand::key);
    var reached = arguments.value(SEQUENCE, AuditVerifyCommand::sequence);
    return switch (new AuditVerification(keys).verify(files)) {
      case Result.Broken(var file, var line, var problem, var signed) ->
          throw new CommandException(
              "%s:%d: %s%n%s"
                  .formatted(OneLine.of(file.toString()), line, problem, lastSigned(signed)),
              ExitStatus.FAILED);
      case Result.Whole whole -> {
        check(whole, keys, reached);
        print(whole, !keys.isEmpty());
        var isMissing = whole.uncleanEnds().stream().anyMatch(end -> end.missing() > 0);
        yield isMissing ? ExitStatus.FAILED : ExitStatus.DONE;
      }
    };
  }

  private static long sequence(String text) {
    if (!text.matches("[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("write the number of a line");
    }
    return Long.parseLong(text);
  }

  /** A file that has the name of a key is not read: it could have another one. */
  private static PublicKey key(String text) {
    try {
      return AuditKey.publicKey(
          !text.startsWith(KEY_BEGIN) && Files.isRegularFile(Path.of(text))
              ? Files.readString(Path.of(text), ISO_8859_1)
              : text);
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(IoMessages.of(unreadable), unreadable);
    }
  }

  private void print(Result.Whole whole, boolean isVerified) {
    var out = context.out();
    out.printf("Lines %d to %d are whole.%n", whole.first(), whole.last());
    if (whole.first() > 1) {
      out.printf("Lines 1 to %d are not in these files.%n", whole.first() - 1);
    }
    whole
        .uncleanEnds()
        .forEach(
            end -> {
              out.printf(
                  "The agent before the start of %s (line %d) ended without a signature: lines"
                      + " behind line %d could have been changed, added or removed until then.%n",
                  end.time(), end.start(), end.lastSigned());
              if (end.missing() > 0) {
                out.printf(
                    "Lines are missing: %d to %d. The machine had lost power, or they were removed.%n",
                    end.start() - end.missing(), end.start() - 1);
              }
            });
    if (whole.isTorn()) {
      out.println("The last file ends in the midst of a line, which does not count.");
    }
    out.println(lastSigned(whole.signed()));
    if (whole.signed().isPresent() && !isVerified) {
      out.println("The signatures were not verified: give --key.");
    }
    if (whole.signed().stream().anyMatch(it -> it.sequence() < whole.last()) || whole.isTorn()) {
      out.println("Lines behind it could be changed, and what stood there cannot be known.");
    }
  }

  private static String lastSigned(Optional<Signed> signed) {
    return signed
        .map(it -> "The last signature is in line %d, of %s.".formatted(it.sequence(), it.time()))
        .orElse("There is no signature before that.");
  }

  private static void check(Result.Whole whole, List<PublicKey> keys, Optional<Long> reached)
      throws CommandException {
    if (reached.isPresent() && whole.last() < reached.get()) {
      throw new CommandException(
          "They end before line %d: the last lines were cut off.".formatted(reached.get()),
          ExitStatus.FAILED);
    }
    if (!keys.isEmpty() && whole.signed().isEmpty()) {
      throw new CommandException(
          "No line is signed: anybody could have written them.", ExitStatus.FAILED);
    }
  }
}
