package dev.kmsagent.adapters.http.token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the token comes from. Thread-safe. */
public sealed interface TokenSource {
  /** Reads the token as it is now. */
  TokenReading read();

  /**
   * What {@code setting} says: {@code file:///path} names a file, anything else is the token
   * itself.
   */
  static TokenSource of(String setting) {
    return setting.startsWith(FromFile.SCHEME)
        ? new FromFile(setting.substring(FromFile.SCHEME.length()))
        : new Fixed(Token.read(setting));
  }

  /** A token that cannot change. */
  record Fixed(TokenReading read) implements TokenSource {}

  /** A token in a file, white space around it dropped. */
  record FromFile(String path) implements TokenSource {
    private static final String SCHEME = "file://";

    /** More than fits in a request's header, and little enough to read at any time. */
    private static final int MAX_BYTES = 8192;

    @Override
    public TokenReading read() {
      try (var in = Files.newInputStream(Path.of(path))) {
        var bytes = in.readNBytes(MAX_BYTES + 1);
        return bytes.length > MAX_BYTES
            ? new TokenReading.Unusable("the token file " + path + " is too large")
            : Token.read(new String(bytes, StandardCharsets.UTF_8).strip());
      } catch (InvalidPathException noPath) {
        return unreadable("it is no path");
      } catch (IOException failed) {
        return unreadable(why(failed));
      }
    }

    private TokenReading unreadable(String why) {
      return new TokenReading.Unusable("the token file " + path + " cannot be read: " + why);
    }

    private static String why(IOException failed) {
      return switch (failed) {
        case NoSuchFileException _ -> "no such file";
        case AccessDeniedException _ -> "permission denied";
        case FileSystemException other -> said(other.getReason());
        default -> said(failed.getMessage());
      };
    }

    private static String said(@Nullable String message) {
      return Objects.requireNonNullElse(message, "input or output failed");
    }
  }
}
