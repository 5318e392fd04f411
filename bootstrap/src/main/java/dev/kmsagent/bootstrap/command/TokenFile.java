package dev.kmsagent.bootstrap.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.attribute.PosixFilePermissions.asFileAttribute;

import dev.kmsagent.config.ProcessUser;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file of the token: 64 hexadecimal characters without a newline, since clients send its bytes
 * unchanged.
 *
 * @param mode its permissions
 * @param group its group, by name or number; {@code null} for the default of new files
 */
record TokenFile(Path path, Set<PosixFilePermission> mode, @Nullable String group) {
  static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

  private static final Pattern OCTAL = Pattern.compile("0?[4-7][0-7]{2}");

  /** The highest bit of a mode, for the first of the permissions; the others follow in order. */
  private static final int OWNER_READ = 0400;

  private static final int TOKEN_BYTES = 32;
  private static final int NAME_BYTES = 8;

  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  TokenFile {
    mode = Set.copyOf(mode);
  }

  /**
   * Parses a mode as {@code chmod} takes it, e.g. {@code 0640}; the owner must be able to read.
   *
   * @throws IllegalArgumentException if it is invalid
   */
  static Set<PosixFilePermission> mode(String octal) {
    if (!OCTAL.matcher(octal).matches()) {
      throw new IllegalArgumentException(
          "'"
              + octal
              + "' is no file mode: three octal digits are, e.g. 0640, the first from 4 to 7");
    }
    var bits = Integer.parseInt(octal, 8);
    var mode = EnumSet.noneOf(PosixFilePermission.class);
    for (var permission : PosixFilePermission.values()) {
      if ((bits & OWNER_READ) != 0) {
        mode.add(permission);
      }
      bits <<= 1;
    }
    return mode;
  }

  /**
   * Whether the file exists and is not empty; its group and mode are set. A link, and what another
   * user owns, is not kept: that user could choose the token, and have root open a file.
   */
  boolean keep() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    requireOwn();
    try (var folder = Files.newDirectoryStream(path.resolveSibling(""))) {
      setOwnership(secure(folder), path.getFileName());
    }
    return Files.size(path) > 0;
  }

  private void requireOwn() throws IOException {
    var own = Map.of("isRegularFile", true, "nlink", 1, "uid", ProcessUser.id());
    var found =
        Files.readAttributes(path, "unix:isRegularFile,nlink,uid", LinkOption.NOFOLLOW_LINKS);
    if (!found.equals(own)) {
      throw new FileSystemException(
          path.toString(),
          null,
          "it is a link, no regular file or another user's, and is not kept: remove it, or leave"
              + " out --keep to replace it");
    }
  }

  /**
   * Replaces the token atomically: readers see the old token or the new one. Only the owner can
   * open the new file before its group and mode are set. The folder is opened once, and no link in
   * it is followed: others who may write to it cannot make root write or open another file.
   */
  void write(SecureRandom random) throws IOException {
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "this is a folder, name a file in it");
    }
    var parent = Objects.requireNonNull(path.toAbsolutePath().getParent());
    Files.createDirectories(parent);
    try (var folder = Files.newDirectoryStream(parent)) {
      write(secure(folder), random);
    }
  }

  private SecureDirectoryStream<Path> secure(DirectoryStream<Path> folder) throws IOException {
    if (folder instanceof SecureDirectoryStream<Path> opened) {
      return opened;
    }
    throw new FileSystemException(path.toString(), null, "its folder cannot be opened safely");
  }

  private void write(SecureDirectoryStream<Path> folder, SecureRandom random) throws IOException {
    var unfinished = Path.of(".token-" + hexadecimal(random, NAME_BYTES));
    try (var content = folder.newByteChannel(unfinished, NEW_FILE, asFileAttribute(OWNER_ONLY))) {
      content.write(US_ASCII.encode(hexadecimal(random, TOKEN_BYTES)));
      setOwnership(folder, unfinished);
      folder.move(unfinished, folder, path.getFileName());
    } catch (IOException failed) {
      delete(folder, unfinished, failed);
      throw failed;
    }
  }

  private static void delete(
      SecureDirectoryStream<Path> folder, Path unfinished, IOException failed) {
    try {
      folder.deleteFile(unfinished);
    } catch (IOException alsoFailed) {
      failed.addSuppressed(alsoFailed);
    }
  }

  /** Fails for a link. The attributes of a mere path would follow it (JDK 25). */
  private void setOwnership(SecureDirectoryStream<Path> folder, Path file) throws IOException {
    var attributes =
        folder.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (group != null) {
      attributes.setGroup(groupNamed(file, group));
    }
    attributes.setPermissions(mode);
  }

  private static GroupPrincipal groupNamed(Path file, String name) throws IOException {
    try {
      var principals = file.getFileSystem().getUserPrincipalLookupService();
      return principals.lookupPrincipalByGroupName(name);
    } catch (UserPrincipalNotFoundException e) {
      throw new IOException("there is no group called " + name, e);
    }
  }

  private static String hexadecimal(SecureRandom random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
