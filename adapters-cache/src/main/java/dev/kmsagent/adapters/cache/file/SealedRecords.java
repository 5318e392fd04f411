package dev.kmsagent.adapters.cache.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.SealingKey;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The records in a folder, each sealed and in a file whose name discloses nothing. One that does
 * not open, because it was altered or is of another key, counts as absent.
 *
 * @param keys the first seals, any opens
 */
record SealedRecords(Folder files, List<SealingKey> keys) {
  /** What their files' names begin with. */
  static final String PREFIX = "r-";

  SealedRecords {
    keys = List.copyOf(keys);
  }

  /**
   * A record with its date by the folder's time.
   *
   * @param text may have several lines
   */
  record Dated(Instant date, String text) {}

  Optional<Dated> read(List<String> name) throws IOException {
    for (var key : keys) {
      var file = file(key, name);
      var found =
          files
              .read(file)
              .flatMap(it -> key.open(it, file.getBytes(UTF_8)))
              .flatMap(SealedRecords::parse);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Dated> parse(byte[] content) {
    var parts = new String(content, UTF_8).split("\n", 2);
    try {
      return Optional.of(new Dated(Instant.parse(parts[0]), parts[1]));
    } catch (DateTimeException | ArrayIndexOutOfBoundsException otherFormat) {
      return Optional.empty();
    }
  }

  void write(List<String> name, Dated dated) throws IOException {
    var key = keys.getFirst();
    var file = file(key, name);
    var content = (dated.date() + "\n" + dated.text()).getBytes(UTF_8);
    files.write(file, key.seal(content, file.getBytes(UTF_8)), dated.date(), true);
    remove(keys.subList(1, keys.size()), name);
  }

  void remove(List<String> name) throws IOException {
    remove(keys, name);
  }

  private void remove(List<SealingKey> some, List<String> name) throws IOException {
    files.remove(some.stream().map(key -> file(key, name)).toList());
  }

  private static String file(SealingKey key, List<String> name) {
    return PREFIX + key.name(Stream.concat(Stream.of("record"), name.stream()).toList());
  }
}
