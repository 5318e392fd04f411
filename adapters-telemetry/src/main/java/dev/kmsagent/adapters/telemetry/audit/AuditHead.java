package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The file that says where the chain of a folder ends, also when its lines were moved away, and
 * whose lock the one process has that writes there. It is overwritten in place, so that a full disk
 * takes it.
 */
final class AuditHead implements Closeable {
  static final String NAME = "kms-agent-audit.head";

  private static final Pattern TEXT =
      Pattern.compile("([0-9a-f]{16}) ([0-9]{18}) ([0-9a-f]{64}) ([0-9]{18})\n");
  private static final int LENGTH = 16 + 1 + 18 + 1 + 64 + 1 + 18 + 1;

  private final FileChannel file;

  /**
   * The end of a chain.
   *
   * @param chain its id, of 16 hexadecimal digits
   * @param lost how many lines were lost, which no line says yet
   */
  record State(String chain, AuditChain place, long lost) {}

  private AuditHead(FileChannel file) {
    this.file = file;
  }

  /**
   * @throws IOException if another process has the folder; the message says what to do
   */
  static AuditHead lock(Path folder) throws IOException {
    var permissions =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var options = Set.of(CREATE, READ, WRITE, NOFOLLOW_LINKS);
    var file = FileChannel.open(folder.resolve(NAME), options, permissions);
    try {
      if (file.tryLock() != null) {
        return new AuditHead(file);
      }
    } catch (OverlappingFileLockException inThisProcess) {
      // As if another process had it.
    }
    file.close();
    throw new IOException(
        "another agent writes its audit trail to %s: give each agent a folder of its own"
            .formatted(folder));
  }

  /** Empty if it is new or damaged. */
  Optional<State> read() throws IOException {
    var bytes = ByteBuffer.allocate(LENGTH);
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {}
    var text = TEXT.matcher(new String(bytes.array(), US_ASCII));
    return text.matches()
        ? Optional.of(
            new State(
                text.group(1),
                new AuditChain(Long.parseLong(text.group(2)), text.group(3)),
                Long.parseLong(text.group(4))))
        : Optional.empty();
  }

  void write(State state) throws IOException {
    var text =
        "%s %018d %s %018d\n"
            .formatted(
                state.chain(), state.place().sequence(), state.place().digest(), state.lost());
    var bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
    while (bytes.hasRemaining()) {
      file.write(bytes, bytes.position());
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
