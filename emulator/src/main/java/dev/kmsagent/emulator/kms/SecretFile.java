package dev.kmsagent.emulator.kms;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;

/**
 * Secrets in one JSON file, in clear, readable by its owner alone. Each change replaces the file
 * atomically. For one emulator at a time.
 */
public final class SecretFile {
  private static final Gson GSON =
      new GsonBuilder()
          .registerTypeAdapter(
              Instant.class,
              (JsonSerializer<Instant>) (time, _, _) -> new JsonPrimitive(time.toString()))
          .registerTypeAdapter(
              Instant.class,
              (JsonDeserializer<Instant>) (json, _, _) -> Instant.parse(json.getAsString()))
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;
  private final List<StoredSecret> secrets;

  private SecretFile(Path file, List<StoredSecret> secrets) {
    this.file = file;
    this.secrets = secrets;
  }

  /**
   * Opens a file, which need not exist yet; its folder must.
   *
   * @throws IOException when it cannot be read or was not written by this class
   */
  public static SecretFile open(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    return new SecretFile(absolute, Files.exists(absolute) ? read(absolute) : List.of());
  }

  private record Document(List<StoredSecret> secrets) {
    private Document {
      secrets = List.copyOf(secrets);
    }
  }

  private static List<StoredSecret> read(Path file) throws IOException {
    try {
      return GSON.fromJson(Files.readString(file), Document.class).secrets();
    } catch (RuntimeException _) {
      // The cause stays out: Gson quotes what it reads, and that is secrets.
      throw new IOException(file + " is not a file of the emulator's secrets");
    }
  }

  /** The secrets that were in the file when it was opened. */
  public List<StoredSecret> secrets() {
    return secrets;
  }

  /**
   * Writes these secrets in place of all others.
   *
   * @throws UncheckedIOException when it cannot; the file is then unchanged
   */
  public void write(List<StoredSecret> all) {
    try {
      Path fresh = Files.createTempFile(file.getParent(), "." + file.getFileName(), "", OWNER_ONLY);
      try {
        Files.writeString(fresh, GSON.toJson(new Document(all)));
        Files.move(fresh, file, ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep secrets in " + file, e);
    }
  }
}
