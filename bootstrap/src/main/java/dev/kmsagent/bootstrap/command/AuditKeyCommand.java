package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.attribute.PosixFilePermissions.asFileAttribute;

import dev.kmsagent.adapters.telemetry.audit.AuditKey;
import dev.kmsagent.domain.ConfidentialText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/** {@code audit key}: makes the key that signs the audit trail, or prints its public half. */
record AuditKeyCommand(CommandContext context) implements Command {
  private static final Usage.Parameter FILE =
      new Usage.Parameter("FILE", "The file of the key, that of Log.AuditKeyFile.");
  private static final Option CREATE =
      Usage.flag("create", "Make a new key in the file, which must not exist.");

  @Override
  public Usage usage() {
    return new Usage(
        "audit key [OPTIONS] FILE",
        "Print the public key of an audit trail, for audit verify.\n"
            + "With --create, make the key first: Ed25519 in PEM, for the owner of the file alone.",
        List.of(FILE),
        List.of(CREATE));
  }

  @Override
  public int run(Arguments arguments) throws ParseException, IOException, CommandException {
    var file = arguments.required(FILE, Path::of);
    if (arguments.has(CREATE)) {
      create(file);
    }
    try {
      var key = AuditKey.of(new ConfidentialText(Files.readString(file, ISO_8859_1)));
      context.out().println(key.publicKey());
      return ExitStatus.DONE;
    } catch (IllegalArgumentException unusable) {
      throw new CommandException(file + ": " + unusable.getMessage(), ExitStatus.FAILED);
    }
  }

  private static void create(Path file) throws IOException {
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (var out = Files.newByteChannel(file, options, asFileAttribute(TokenFile.OWNER_ONLY))) {
      var _ = out.write(ByteBuffer.wrap(AuditKey.create().reveal().getBytes(ISO_8859_1)));
    }
  }
}
