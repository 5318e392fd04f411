package dev.kmsagent.adapters.telemetry.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * The end of an audit file.
 *
 * @param length of the file up to its last newline
 * @param torn how many bytes are behind that
 * @param place in the chain behind the last line; empty if there is no line of a chain
 */
record AuditTail(long length, long torn, Optional<AuditChain> place) {
  static AuditTail of(FileChannel file) throws IOException {
    var size = file.size();
    var bytes = ByteBuffer.allocate((int) Math.min(size, AuditLines.LONGEST));
    while (bytes.hasRemaining()
        && file.read(bytes, size - bytes.capacity() + bytes.position()) > 0) {}
    var text = new String(bytes.array(), 0, bytes.position(), ISO_8859_1);
    int end = text.lastIndexOf('\n');
    if (end < 0) {
      return new AuditTail(size - text.length(), text.length(), Optional.empty());
    }
    var line = text.substring(text.lastIndexOf('\n', end - 1) + 1, end).getBytes(ISO_8859_1);
    var torn = text.length() - end - 1L;
    return new AuditTail(
        size - torn, torn, AuditChain.Begin.of(line).map(it -> it.before().then(line)));
  }
}
