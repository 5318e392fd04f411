package dev.kmsagent.bootstrap.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of the token: 64 hexadecimal characters without a newline, since clients send its bytes
 * unchanged.
 *
 * @param group its group, by name or number; {@code null} for the default of new files
 */
record TokenFile(Path path, FileMode mode, @Nullable String group) {
  private static final int TOKEN_BYTES = 32;

  /** Whether the file exists and is not empty. */
  boolean holdsToken() throws IOException {
    return Files.isRegularFile(path) && Files.size(path) > 0;
  }

  /**
   * Replaces the token atomically: readers see the old token or the new one. Only the owner can
   * open the new file before its group and mode are set.
   */
  void write(SecureRandom random) throws IOException {
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "this is a folder, name a file in it");
    }
    var folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
    Files.createDirectories(folder);
    var unfinished =
        Files.createTempFile(
            folder,
            ".token-",
            null,
            PosixFilePermissions.asFileAttribute(FileMode.OWNER_ONLY.permissions()));
    try {
      Files.writeString(unfinished, newToken(random), StandardCharsets.US_ASCII);
      setOwnership(unfinished);
      Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private void setOwnership(Path file) throws IOException {
    if (group != null) {
      var attributes = Files.getFileAttributeView(file, PosixFileAttributeView.class);
      attributes.setGroup(groupNamed(file, group));
    }
    Files.setPosixFilePermissions(file, mode.permissions());
  }

  private static GroupPrincipal groupNamed(Path file, String name) throws IOException {
    try {
      var principals = file.getFileSystem().getUserPrincipalLookupService();
      return principals.lookupPrincipalByGroupName(name);
    } catch (UserPrincipalNotFoundException e) {
      throw new IOException("there is no group called " + name, e);
    }
  }

  private static String newToken(SecureRandom random) {
    var bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
