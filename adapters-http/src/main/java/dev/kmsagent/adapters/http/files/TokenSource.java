package dev.kmsagent.adapters.http.files;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.stream.Stream;

/** Where the token that clients must send comes from. Thread-safe. */
public sealed interface TokenSource {
  /** Sixteen hexadecimal characters are 64 bits, too many to be guessed by requests. */
  int ENOUGH_CHARACTERS = 16;

  /**
   * Reads the token as it is now: one that clients can send in a header, or why there is none, a
   * sentence that holds no part of it.
   */
  Parsed<ConfidentialText> read();

  /** Whether a token may be guessed. */
  static boolean isShort(ConfidentialText token) {
    return token.reveal().length() < ENOUGH_CHARACTERS;
  }

  private static Parsed<ConfidentialText> check(String text) {
    if (text.isEmpty()) {
      return new Parsed.Invalid<>("the token is empty");
    }
    return text.chars().allMatch(c -> c > ' ' && c <= '~')
        ? new Parsed.Valid<>(new ConfidentialText(text))
        : new Parsed.Invalid<>(
            "the token holds white space or a character that is not plain ASCII");
  }

  /** The source for {@code setting}: a file for {@code file:///path}, else the token itself. */
  static TokenSource of(String setting) {
    return setting.startsWith(FromFile.SCHEME + '/')
        ? new FromFile(setting.substring(FromFile.SCHEME.length()))
        : new Fixed(Fixed.check(setting));
  }

  /** A token that cannot change. What names a file is none, because others know it. */
  record Fixed(Parsed<ConfidentialText> read) implements TokenSource {
    /** A file of environment variables may leave quotation marks around a value. */
    private static Parsed<ConfidentialText> check(String text) {
      var bare = text.replaceAll("^[\\s\"']+|[\\s\"']+$", "");
      if (bare.matches("(?is)file:.*")) {
        return new Parsed.Invalid<>(
            "the value begins with file: and not with file:///: write file:///path, in lower case"
                + " and without quotes");
      }
      var reading = TokenSource.check(text);
      return reading instanceof Parsed.Valid
              && bare.startsWith("/")
              && Files.exists(Path.of(bare), LinkOption.NOFOLLOW_LINKS)
          ? new Parsed.Invalid<>("the value is the path of a file: write file:// before the path")
          : reading;
    }
  }

  /** A token in a file; white space around it is ignored. */
  record FromFile(String path) implements TokenSource {
    private static final String SCHEME = "file://";

    /** More than the headers of a request can hold, and little enough to read once a second. */
    private static final int MAX_BYTES = 8192;

    @Override
    public Parsed<ConfidentialText> read() {
      try (var in = Files.newInputStream(Path.of(path))) {
        var bytes = in.readNBytes(MAX_BYTES + 1);
        return bytes.length > MAX_BYTES
            ? new Parsed.Invalid<>("the token file " + path + " is too large")
            : TokenSource.check(new String(bytes, StandardCharsets.UTF_8).strip());
      } catch (InvalidPathException noPath) {
        return unreadable("it is no path");
      } catch (IOException failed) {
        return unreadable(reason(failed));
      }
    }

    /** Whether this user may not read it, however long one waits for it. */
    public boolean isDenied() {
      try {
        return !Files.notExists(Path.of(path)) && !Files.isReadable(Path.of(path));
      } catch (InvalidPathException noPath) {
        return false;
      }
    }

    private Parsed<ConfidentialText> unreadable(String reason) {
      return new Parsed.Invalid<>("the token file " + path + " cannot be read: " + reason);
    }

    /** What the user may not enter or read, and the group that may. */
    static String denied(Path file, String user) {
      var all = Stream.iterate(file, Objects::nonNull, Path::getParent);
      var closed = all.filter(Files::exists).findFirst().orElse(file);
      var reason = "permission denied: the user " + user + " may not open " + closed;
      try {
        var attributes = Files.readAttributes(closed, PosixFileAttributes.class);
        var group = attributes.group().getName();
        var ofGroup = Stream.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_EXECUTE);
        return ofGroup.anyMatch(attributes.permissions()::contains)
            ? "%s, which the group %s may; as root run usermod -aG %2$s %s, then log in again"
                .formatted(reason, group, user)
            : reason + ", which belongs to " + attributes.owner().getName() + " alone";
      } catch (IOException unknown) {
        return reason;
      }
    }

    private String reason(IOException failed) {
      var reason =
          switch (failed) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> denied(Path.of(path), System.getProperty("user.name"));
            case FileSystemException other -> other.getReason();
            default -> failed.getMessage();
          };
      return Objects.requireNonNullElse(reason, "input or output failed");
    }
  }
}
