package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The binary format of an entry before it is sealed: texts with their length, dates in parts. */
final class SecretFormat {
  private SecretFormat() {}

  static byte[] write(Content.Entry entry) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      for (var date :
          List.of(entry.at(), entry.refreshAt(), entry.freshUntil(), entry.staleUntil())) {
        out.writeLong(date.getEpochSecond());
        out.writeInt(date.getNano());
      }
      write(out, entry.secret());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, Secret secret) throws IOException {
    write(out, secret.name().value());
    write(out, secret.version().value());
    write(out, secret.dataType().name());
    write(out, secret.value().reveal());
    out.writeInt(secret.stages().size());
    for (var stage : secret.stages()) {
      write(out, stage.value());
    }
    out.writeInt(secret.attributes().size());
    for (var attribute : secret.attributes().entrySet()) {
      write(out, attribute.getKey().name());
      write(out, attribute.getValue());
    }
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    var bytes = text.getBytes(UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException when it is cut, or goes on
   * @throws IllegalArgumentException when it holds what this version does not know
   * @throws java.time.DateTimeException when a date is none
   * @throws ArithmeticException when a date is too large
   */
  static Content.Entry read(byte[] bytes) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    var at = readDate(in);
    var refreshAt = readDate(in);
    var freshUntil = readDate(in);
    var staleUntil = readDate(in);
    var secret = readSecret(in);
    if (in.available() > 0) {
      throw new IOException("it goes on");
    }
    return new Content.Entry(secret, at, refreshAt, freshUntil, staleUntil);
  }

  private static Instant readDate(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private static Secret readSecret(DataInputStream in) throws IOException {
    var name = new SecretName(readText(in));
    var version = new VersionId(readText(in));
    var dataType = DataType.valueOf(readText(in));
    var value = new ConfidentialText(readText(in));
    return new Secret(name, version, readStages(in), dataType, value, readAttributes(in));
  }

  private static List<Stage> readStages(DataInputStream in) throws IOException {
    var stages = new ArrayList<Stage>();
    for (var left = in.readInt(); left > 0; left--) {
      stages.add(new Stage(readText(in)));
    }
    return stages;
  }

  private static Map<SecretAttribute, String> readAttributes(DataInputStream in)
      throws IOException {
    var attributes = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    for (var left = in.readInt(); left > 0; left--) {
      attributes.put(SecretAttribute.valueOf(readText(in)), readText(in));
    }
    return attributes;
  }

  private static String readText(DataInputStream in) throws IOException {
    var length = in.readInt();
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, UTF_8);
  }
}
