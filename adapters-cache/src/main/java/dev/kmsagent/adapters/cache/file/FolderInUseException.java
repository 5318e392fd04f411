package dev.kmsagent.adapters.cache.file;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Another process has the folder of a cache. */
final class FolderInUseException extends FileSystemException {
  private static final long serialVersionUID = 1;

  FolderInUseException(Path folder) {
    super(
        folder.toString(),
        null,
        "another agent has it: give each agent a Cache.File.Path of its own");
  }
}
