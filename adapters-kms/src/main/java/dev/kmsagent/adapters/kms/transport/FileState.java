package dev.kmsagent.adapters.kms.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/**
 * What tells a file from the one that takes its place, by renaming, by a link that is set anew, or
 * by writing into it; without reading it.
 */
sealed interface FileState {
  /** There is one. */
  record Present(String identity, FileTime written, long size) implements FileState {}

  /** There is none, or none that may be looked at. */
  record Absent() implements FileState {}

  static FileState of(Path file) {
    try {
      var found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Present(Objects.toString(found.fileKey()), found.lastModifiedTime(), found.size());
    } catch (IOException _) {
      return new Absent();
    }
  }
}
