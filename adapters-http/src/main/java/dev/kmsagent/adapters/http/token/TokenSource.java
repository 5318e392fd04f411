package dev.kmsagent.adapters.http.token;

import dev.kmsagent.domain.ConfidentialText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;

/** Where the token that clients must send comes from. Thread-safe. */
public sealed interface TokenSource {
  /** Reads the token as it is now. */
  Reading read();

  /** The result of reading a token. */
  sealed interface Reading {
    /** What one of the functions makes of the token, or of why there is none. */
    default <R> R fold(Function<ConfidentialText, R> ifUsable, Function<String, R> ifUnusable) {
      return this instanceof Usable(var token)
          ? ifUsable.apply(token)
          : ifUnusable.apply(((Unusable) this).reason());
    }

    /** A token that clients can send in a header. */
    record Usable(ConfidentialText token) implements Reading {
      /** Sixteen hexadecimal characters are 64 bits, too many to be guessed by requests. */
      private static final int ENOUGH_CHARACTERS = 16;

      /** Whether the token may be guessed. */
      public boolean isShort() {
        return token.reveal().length() < ENOUGH_CHARACTERS;
      }
    }

    /** No usable token; {@code reason} is a sentence for people and holds no part of the token. */
    record Unusable(String reason) implements Reading {}

    private static Reading of(String text) {
      if (text.isEmpty()) {
        return new Unusable("the token is empty");
      }
      if (!text.chars().allMatch(c -> c > ' ' && c <= '~')) {
        return new Unusable("the token holds white space or a character that is not plain ASCII");
      }
      return new Usable(new ConfidentialText(text));
    }
  }

  /** The source for {@code setting}: a file for {@code file:///path}, else the token itself. */
  static TokenSource of(String setting) {
    return setting.startsWith(FromFile.SCHEME + '/')
        ? new FromFile(setting.substring(FromFile.SCHEME.length()))
        : new Fixed(Fixed.check(setting));
  }

  /** A token that cannot change. What names a file is none, because others know it. */
  record Fixed(Reading read) implements TokenSource {
    /** A file of environment variables may leave quotation marks around a value. */
    private static Reading check(String text) {
      var bare = text.replaceAll("^[\\s\"']+|[\\s\"']+$", "");
      if (bare.matches("(?is)file:.*")) {
        return new Reading.Unusable(
            "the value begins with file: and not with file:///: write file:///path, in lower case"
                + " and without quotes");
      }
      var reading = Reading.of(text);
      return reading instanceof Reading.Usable
              && bare.startsWith("/")
              && Files.exists(Path.of(bare), LinkOption.NOFOLLOW_LINKS)
          ? new Reading.Unusable("the value is the path of a file: write file:// before the path")
          : reading;
    }
  }

  /** A token in a file; white space around it is ignored. */
  record FromFile(String path) implements TokenSource {
    private static final String SCHEME = "file://";

    /** More than the headers of a request can hold, and little enough to read once a second. */
    private static final int MAX_BYTES = 8192;

    @Override
    public Reading read() {
      try (var in = Files.newInputStream(Path.of(path))) {
        var bytes = in.readNBytes(MAX_BYTES + 1);
        return bytes.length > MAX_BYTES
            ? new Reading.Unusable("the token file " + path + " is too large")
            : Reading.of(new String(bytes, StandardCharsets.UTF_8).strip());
      } catch (InvalidPathException noPath) {
        return unreadable("it is no path");
      } catch (IOException failed) {
        return unreadable(reason(failed));
      }
    }

    private Reading unreadable(String reason) {
      return new Reading.Unusable("the token file " + path + " cannot be read: " + reason);
    }

    private static String reason(IOException failed) {
      var reason =
          switch (failed) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException other -> other.getReason();
            default -> failed.getMessage();
          };
      return Objects.requireNonNullElse(reason, "input or output failed");
    }
  }
}
