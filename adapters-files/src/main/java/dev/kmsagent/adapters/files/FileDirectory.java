package dev.kmsagent.adapters.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.nio.file.attribute.PosixFilePermissions.asFileAttribute;
import static java.nio.file.attribute.PosixFilePermissions.fromString;

import dev.kmsagent.config.FilesConfig;
import dev.kmsagent.config.ProcessUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A directory of files that change together, as Kubernetes mounts secrets: {@code ..data} is a link
 * to the folder that has them, and each name is a link through it. A change makes a new folder, and
 * replaces that one link, so that who opens {@code ..data} once reads one version of all. The
 * folder before stays until the next change. For one thread at a time.
 */
final class FileDirectory {
  /** A regular file, written after each change, for what cannot notice that a link is replaced. */
  static final String CHANGED = "..changed";

  private static final String DATA = "..data";
  private static final String NEXT_DATA = "..data_tmp";
  private static final Pattern FOLDER = Pattern.compile("\\.\\.\\d{4}(_\\d\\d){5}\\.\\d+");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("'..'uuuu_MM_dd_HH_mm_ss'.'").withZone(ZoneOffset.UTC);
  private static final String NOT_OURS = "the agent has not made it: remove it";
  private static final String MODE = "unix:mode";
  private static final int PERMISSIONS = 07777;
  private static final int WRITABLE_BY_GROUP_OR_OTHERS = 0022;
  private static final int WRITABLE_BY_OTHERS = 0002;
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OWNER = 0200;
  private static final int READABLE_BY_GROUP = 0040;
  private static final int READABLE_BY_OTHERS = 0004;
  private static final int ALL_OF_OWNER = 0700;

  private final Path directory;
  private final int mode;
  private final InstantSource clock;
  private boolean isSwept;

  /**
   * Touches nothing yet.
   *
   * @param clock dates the folders
   */
  FileDirectory(FilesConfig config, InstantSource clock) {
    this.directory = config.directory().toAbsolutePath();
    this.mode = config.mode();
    this.clock = clock;
  }

  /** What readers find, by name. */
  Map<String, byte[]> read() throws IOException {
    var files = new HashMap<String, byte[]>();
    for (var folder : current().stream().toList()) {
      for (var file : list(folder)) {
        files.put(name(file), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** Whether something is there under this name that the agent did not make. */
  boolean isTaken(String name) throws IOException {
    return Files.exists(directory.resolve(name), NOFOLLOW_LINKS) && !isLink(name);
  }

  /**
   * Has these files there and no others. Where it fails, what was there stays, without what is not
   * among these.
   *
   * @return the names of those that are new, differ or are gone
   * @throws IOException whose {@link #reason} says what to do
   */
  Set<String> write(Map<String, byte[]> files) throws IOException {
    prepare();
    var before = read();
    var changed = new TreeSet<>(before.keySet());
    changed.removeAll(files.keySet());
    withdraw(changed);
    boolean isNew = false;
    for (var file : files.entrySet()) {
      isNew |= isOther(file.getKey(), file.getValue(), before) && changed.add(file.getKey());
    }
    if (isNew) {
      replace(files);
    }
    link(files.keySet());
    mark(!changed.isEmpty());
    return changed;
  }

  /** The directory may be made, and is no other one, nor one in which others could set traps. */
  private void prepare() throws IOException {
    var isMissing = Files.notExists(directory, NOFOLLOW_LINKS);
    if (isMissing && !Files.isWritable(parent())) {
      throw wrong(parent(), "it does not exist, or the agent's user may not write to it");
    }
    if (mayBeReplaced()) {
      throw wrong(parent(), "other users can replace what is in it: run chmod o-w, or chmod +t");
    }
    if (isMissing) {
      make();
    }
    if (!Files.isDirectory(directory, NOFOLLOW_LINKS)) {
      throw wrong(directory, "it is no directory: remove it, or set Files.Directory");
    }
    if ((int) Files.getAttribute(directory, "unix:uid") != ProcessUser.id()) {
      throw wrong(directory, "it belongs to another user: give it to the agent's user");
    }
    if ((mode(directory) & WRITABLE_BY_GROUP_OR_OTHERS) != 0) {
      throw wrong(directory, "others can write to it: run chmod go-w");
    }
    var mark = directory.resolve(CHANGED);
    if (Files.exists(mark, NOFOLLOW_LINKS) && !Files.isRegularFile(mark, NOFOLLOW_LINKS)) {
      throw wrong(mark, NOT_OURS);
    }
    if (!isSwept) {
      removeAllBut(current());
      isSwept = true;
    }
  }

  private Path parent() {
    return directory.resolveSibling("");
  }

  /** A volume of a pod has a file system of its own, and is writable to all users. */
  private boolean mayBeReplaced() throws IOException {
    var above = parent().resolveSibling("");
    return (mode(parent()) & WRITABLE_BY_OTHERS) != 0
        && (mode(parent()) & STICKY) == 0
        && Files.getAttribute(parent(), "unix:dev").equals(Files.getAttribute(above, "unix:dev"));
  }

  /**
   * With its mode at once: under {@code RestrictSUIDSGID=} of systemd no mode can be set where the
   * folder has inherited the bit for its group. Only a strict umask makes that necessary.
   */
  private void make() throws IOException {
    var group = (mode & READABLE_BY_GROUP) == 0 ? "---" : "r-x";
    var others = (mode & READABLE_BY_OTHERS) == 0 ? "---" : "r-x";
    Files.createDirectory(directory, asFileAttribute(fromString("rwx" + group + others)));
    int made = mode(directory);
    if ((made | modeOfFolders()) != made) {
      setMode(directory, made | modeOfFolders());
    }
  }

  /** The folder that has the files now. */
  private Optional<Path> current() throws IOException {
    var data = directory.resolve(DATA);
    if (Files.notExists(data, NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    var target = Files.isSymbolicLink(data) ? Files.readSymbolicLink(data).toString() : "";
    if (!FOLDER.matcher(target).matches()) {
      throw wrong(data, NOT_OURS);
    }
    return Optional.of(directory.resolve(target))
        .filter(folder -> Files.isDirectory(folder, NOFOLLOW_LINKS));
  }

  private boolean isOther(String name, byte[] content, Map<String, byte[]> before)
      throws IOException {
    return !Arrays.equals(content, before.get(name))
        || mode(directory.resolve(DATA).resolve(name)) != mode;
  }

  /** At once, also on a full disk, and from the folder before, too: they may be refused. */
  private void withdraw(Set<String> names) throws IOException {
    for (var name : names) {
      if (isLink(name)) {
        Files.delete(directory.resolve(name));
      }
      for (var folder : folders()) {
        Files.deleteIfExists(folder.resolve(name));
      }
    }
  }

  /** The folder is closed to others until every file in it is whole and has its mode. */
  private void replace(Map<String, byte[]> files) throws IOException {
    var before = current();
    removeAllBut(before);
    try {
      var folder = Files.createTempDirectory(directory, STAMP.format(clock.instant()));
      for (var file : files.entrySet()) {
        var path = folder.resolve(file.getKey());
        Files.write(path, file.getValue(), CREATE_NEW, WRITE, SYNC);
        setMode(path, mode);
      }
      setMode(folder, modeOfFolders());
      var next = directory.resolve(NEXT_DATA);
      Files.createSymbolicLink(next, folder.getFileName());
      Files.move(next, directory.resolve(DATA), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      removeAllBut(before);
      throw failed;
    }
  }

  private void link(Set<String> names) throws IOException {
    for (var name : names) {
      if (!isLink(name)) {
        Files.createSymbolicLink(directory.resolve(name), Path.of(DATA, name));
      }
    }
  }

  private boolean isLink(String name) throws IOException {
    var link = directory.resolve(name);
    return Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(Path.of(DATA, name));
  }

  /** Names the folder; written in place, which is what systemd notices. */
  private void mark(boolean isChanged) throws IOException {
    var file = directory.resolve(CHANGED);
    var folder = current().map(it -> name(it) + '\n').orElse("\n");
    if (isChanged || !Files.exists(file) || !Files.readString(file).equals(folder)) {
      Files.writeString(file, folder, CREATE, WRITE, TRUNCATE_EXISTING, NOFOLLOW_LINKS);
      setMode(file, mode | WRITABLE_BY_OWNER);
    }
  }

  private List<Path> folders() throws IOException {
    return list(directory).stream()
        .filter(it -> FOLDER.matcher(name(it)).matches())
        .filter(it -> Files.isDirectory(it, NOFOLLOW_LINKS))
        .toList();
  }

  private void removeAllBut(Optional<Path> current) throws IOException {
    Files.deleteIfExists(directory.resolve(NEXT_DATA));
    for (var folder : folders()) {
      if (!Optional.of(folder).equals(current)) {
        for (var file : list(folder)) {
          Files.delete(file);
        }
        Files.delete(folder);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var paths = Files.list(folder)) {
      return paths.toList();
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, MODE, NOFOLLOW_LINKS) & PERMISSIONS;
  }

  /** Whatever the umask of the process. */
  private static void setMode(Path path, int mode) throws IOException {
    Files.setAttribute(path, MODE, mode, NOFOLLOW_LINKS);
  }

  /** Who may read the files may enter the folder; the agent alone may write to it. */
  private int modeOfFolders() {
    int readable = mode & (READABLE_BY_GROUP | READABLE_BY_OTHERS);
    return ALL_OF_OWNER | readable | readable >> 2;
  }

  private static IOException wrong(Path path, String reason) {
    return new IOException(path + ": " + reason);
  }

  /** A phrase for people, without the names of folders that are there for a moment. */
  String reason(IOException failed) {
    if (failed instanceof AccessDeniedException) {
      return directory + ": permission denied: let the agent's user write there";
    }
    var said =
        failed instanceof FileSystemException known ? known.getReason() : failed.getMessage();
    var reason = said == null ? failed.getClass().getSimpleName() : said;
    return reason.startsWith("/") ? reason : directory + ": " + reason;
  }
}
