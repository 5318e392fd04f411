package dev.kmsagent.config;

import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small files of text in UTF-8. */
public final class TextFile {
  /** A longer file is taken for a mistake. */
  private static final int LONGEST = 1 << 20;

  private TextFile() {}

  /** The content; where it cannot be used, a phrase that follows the file's name. */
  public static Parsed<String> read(Path folder, String name) {
    try (var file = Files.newInputStream(folder.resolve(name))) {
      var bytes = file.readNBytes(LONGEST + 1);
      return bytes.length > LONGEST
          ? new Invalid<>("is longer than 1 MiB")
          : new Valid<>(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException malformed) {
      return new Invalid<>("is not UTF-8");
    } catch (NoSuchFileException | InvalidPathException missing) {
      return new Invalid<>("does not exist");
    } catch (AccessDeniedException denied) {
      return new Invalid<>("cannot be read: permission denied");
    } catch (IOException unreadable) {
      return new Invalid<>(
          Files.isDirectory(folder.resolve(name)) ? "is a folder" : "cannot be read");
    }
  }
}
