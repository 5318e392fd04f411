package dev.kmsagent.adapters.cache.file;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
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

  /** Removes a file, if it is there, so that no loss of power brings it back. */
  void remove(String name) throws IOException;

  /** All files. */
  List<Stored> list() throws IOException;

  /** Whether it can still be used: fails if not. */
  void probe() throws IOException;

  /** A file, its bytes and its date. */
  record Stored(String name, long size, Instant date) {}
}
