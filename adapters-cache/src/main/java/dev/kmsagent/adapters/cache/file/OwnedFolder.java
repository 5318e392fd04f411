package dev.kmsagent.adapters.cache.file;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.kmsagent.config.ProcessUser;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder {@code entries}, which the agent makes in the one that it is given: that may be the
 * root of a volume, and writable to every user. Nobody else may enter it, and one process at a time
 * has it.
 *
 * @param lock that this process holds
 */
record OwnedFolder(Path folder, FileChannel lock) implements Folder {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** More than any file of the agent has. */
  private static final int LONGEST = 32 << 20;

  private static final String LOCK = "lock";
  private static final String UNFINISHED = "new";

  /**
   * Makes it if it is missing, and has it until it is closed.
   *
   * @throws IOException which says what to do
   */
  static OwnedFolder open(Path parent) throws IOException {
    var folder = parent.resolve("entries");
    if (Files.notExists(folder, NOFOLLOW_LINKS)) {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }
    if (!Files.isDirectory(folder, NOFOLLOW_LINKS)
        || !Files.getPosixFilePermissions(folder, NOFOLLOW_LINKS).equals(OWNER_ONLY)
        || (int) Files.getAttribute(folder, "unix:uid", NOFOLLOW_LINKS) != ProcessUser.id()) {
      throw new FolderException(
          Cause.DENIED, folder + " is no folder that the agent's user alone may enter: remove it");
    }
    return new OwnedFolder(folder, lock(folder));
  }

  /** On a disk that takes no writes nobody changes anything, and all may read. */
  private static FileChannel lock(Path folder) throws IOException {
    var file = folder.resolve(LOCK);
    try {
      return locked(FileChannel.open(file, CREATE, WRITE, NOFOLLOW_LINKS), folder, false);
    } catch (FileSystemException readOnly) {
      if (Files.notExists(file, NOFOLLOW_LINKS)) {
        throw readOnly;
      }
      return locked(FileChannel.open(file, READ, NOFOLLOW_LINKS), folder, true);
    }
  }

  private static FileChannel locked(FileChannel file, Path folder, boolean isShared)
      throws IOException {
    try {
      if (file.tryLock(0, Long.MAX_VALUE, isShared) != null) {
        return file;
      }
    } catch (OverlappingFileLockException inThisProcess) {
      // As if another process had it.
    }
    file.close();
    throw new FolderException(
        Cause.NOT_READY,
        "Another agent has " + folder + ": give each agent a Cache.File.Path of its own");
  }

  @Override
  public Optional<byte[]> read(String name) throws IOException {
    try (var file = Files.newInputStream(folder.resolve(name), NOFOLLOW_LINKS)) {
      return Optional.of(file.readNBytes(LONGEST));
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String name, byte[] content, Instant date, boolean durable) throws IOException {
    var unfinished = folder.resolve(UNFINISHED);
    try (var file =
        FileChannel.open(unfinished, CREATE, WRITE, TRUNCATE_EXISTING, NOFOLLOW_LINKS)) {
      var left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        file.write(left);
      }
      Files.setLastModifiedTime(unfinished, FileTime.from(date));
      if (durable) {
        file.force(true);
      }
      Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      Files.deleteIfExists(unfinished);
      throw failed;
    }
    if (durable) {
      sync();
    }
  }

  @Override
  public void remove(Collection<String> names) throws IOException {
    var isChanged = false;
    for (var name : names) {
      isChanged |= Files.deleteIfExists(folder.resolve(name));
    }
    if (isChanged) {
      sync();
    }
  }

  private void sync() throws IOException {
    try (var opened = FileChannel.open(folder, READ)) {
      opened.force(true);
    }
  }

  @Override
  public List<Stored> list() throws IOException {
    var files = new ArrayList<Stored>();
    try (var paths = Files.list(folder)) {
      for (var path : paths.toList()) {
        var date = Files.getLastModifiedTime(path, NOFOLLOW_LINKS).toInstant();
        files.add(new Stored(path.getFileName().toString(), Files.size(path), date));
      }
    }
    return files;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
