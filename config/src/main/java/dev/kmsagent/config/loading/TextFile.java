package dev.kmsagent.config.loading;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A small file of text in UTF-8. */
sealed interface TextFile {
  /** A longer file is taken for a mistake. */
  int LONGEST = 1 << 20;

  /** Its content. */
  record Content(String text) implements TextFile {

    /** Leaves the text out: it may be a secret. */
    @Override
    public String toString() {
      return "Content";
    }
  }

  /**
   * It cannot be used.
   *
   * @param why a phrase that follows the file's name
   */
  record Unusable(String why) implements TextFile {}

  static TextFile read(Path folder, String name) {
    try (var file = Files.newInputStream(folder.resolve(name))) {
      var bytes = file.readNBytes(LONGEST + 1);
      return bytes.length > LONGEST
          ? new Unusable("is longer than 1 MiB")
          : new Content(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException malformed) {
      return new Unusable("is not UTF-8");
    } catch (NoSuchFileException | InvalidPathException missing) {
      return new Unusable("does not exist");
    } catch (IOException unreadable) {
      return new Unusable("cannot be read");
    }
  }
}
