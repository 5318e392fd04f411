package dev.kmsagent.emulator.kms;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;

/**
 * Keeps secrets in one JSON file, in clear, readable by its owner alone; a new file takes the old
 * one's place whole. For one emulator at a time.
 */
public final class JsonFilePersistence implements SecretPersistence {
  private static final Gson GSON =
      new GsonBuilder()
          .registerTypeAdapter(Instant.class, new Moments().nullSafe())
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;
  private final List<Secret> found;

  private JsonFilePersistence(Path file, List<Secret> found) {
    this.file = file;
    this.found = found;
  }

  /**
   * Opens a file, which need not exist yet; its folder must.
   *
   * @throws IOException when it cannot be read or was not written by this class
   */
  public static JsonFilePersistence open(Path file) throws IOException {
    Path whole = file.toAbsolutePath();
    return new JsonFilePersistence(whole, Files.exists(whole) ? read(whole) : List.of());
  }

  private record Document(List<Secret> secrets) {
    private Document {
      secrets = List.copyOf(secrets);
    }
  }

  private static List<Secret> read(Path file) throws IOException {
    try {
      return GSON.fromJson(Files.readString(file), Document.class).secrets();
    } catch (RuntimeException _) {
      // The cause stays out: Gson quotes what it reads, and that is secrets.
      throw new IOException(file + " is not a file of the emulator's secrets");
    }
  }

  @Override
  public List<Secret> secrets() {
    return found;
  }

  @Override
  public void keep(List<Secret> secrets) {
    try {
      Path fresh = Files.createTempFile(file.getParent(), "." + file.getFileName(), "", OWNER_ONLY);
      try {
        Files.writeString(fresh, GSON.toJson(new Document(secrets)));
        Files.move(fresh, file, ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep secrets in " + file, e);
    }
  }

  private static final class Moments extends TypeAdapter<Instant> {
    @Override
    public void write(JsonWriter out, Instant value) throws IOException {
      out.value(value.toString());
    }

    @Override
    public Instant read(JsonReader in) throws IOException {
      return Instant.parse(in.nextString());
    }
  }
}
