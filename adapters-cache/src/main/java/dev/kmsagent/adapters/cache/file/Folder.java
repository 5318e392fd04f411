package dev.kmsagent.adapters.cache.file;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Port: a folder of files that are replaced as a whole. One thread may read while another one
 * writes. A process that ends at any moment leaves each file as it was or as it is to be.
 */
interface Folder extends Closeable {
  /** The content; empty if there is no such file. */
  Optional<byte[]> read(String name) throws IOException;

  /**
   * Replaces or makes a file.
   *
   * @param date of the file
   * @param durable whether the machine may lose power on return
   */
  void write(String name, byte[] content, Instant date, boolean durable) throws IOException;

  /** Removes those of the files that are there, so that no loss of power brings them back. */
  void remove(Collection<String> names) throws IOException;

  /** All files, others than the agent's as well. */
  List<Stored> list() throws IOException;

  /** A file, its bytes and its date. */
  record Stored(String name, long size, Instant date) {}
}
