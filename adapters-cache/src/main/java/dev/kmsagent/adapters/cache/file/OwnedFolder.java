package dev.kmsagent.adapters.cache.file;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

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
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The folder {@code entries}, which the agent makes in the one that it is given: that may be the
 * root of a volume, and writable to every user. Nobody else may enter it, and one process at a time
 * has it.
 */
final class OwnedFolder implements Folder {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final String LOCK = "lock";
  private static final String UNFINISHED = ".new";
  private static final String OWNER = "unix:uid";

  private final Path folder;
  private final FileChannel lock;

  private OwnedFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

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
        || !Files.getPosixFilePermissions(folder, NOFOLLOW_LINKS).equals(OWNER_ONLY)) {
      throw wrong(folder, "it is no folder that its owner alone may enter: remove it");
    }
    var lock = FileChannel.open(folder.resolve(LOCK), Set.of(CREATE, WRITE, NOFOLLOW_LINKS));
    try {
      if (!Files.getAttribute(folder, OWNER)
          .equals(Files.getAttribute(folder.resolve(LOCK), OWNER))) {
        throw wrong(folder, "it belongs to another user: remove it");
      }
      if (!hasLocked(lock)) {
        throw new FolderInUseException(folder);
      }
      return new OwnedFolder(folder, lock);
    } catch (IOException unusable) {
      lock.close();
      throw unusable;
    }
  }

  private static boolean hasLocked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    }
  }

  private static IOException wrong(Path path, String reason) {
    return new FileSystemException(path.toString(), null, reason);
  }

  @Override
  public Optional<byte[]> read(String name) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(folder.resolve(name)));
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String name, byte[] content, Instant date, boolean durable) throws IOException {
    var unfinished = folder.resolve(name + UNFINISHED);
    try (var file =
        FileChannel.open(unfinished, CREATE, WRITE, TRUNCATE_EXISTING, NOFOLLOW_LINKS)) {
      var left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        file.write(left);
      }
      if (durable) {
        file.force(false);
      }
      Files.setLastModifiedTime(unfinished, FileTime.from(date));
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
  public void remove(String name) throws IOException {
    if (Files.deleteIfExists(folder.resolve(name))) {
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
    try (var paths = Files.newDirectoryStream(folder)) {
      for (var path : paths) {
        var name = path.getFileName().toString();
        if (!name.equals(LOCK)) {
          var date = Files.getLastModifiedTime(path, NOFOLLOW_LINKS).toInstant();
          files.add(new Stored(name, Files.size(path), date));
        }
      }
    }
    return files;
  }

  @Override
  public void probe() throws IOException {
    lock.write(ByteBuffer.allocate(1), 0);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
