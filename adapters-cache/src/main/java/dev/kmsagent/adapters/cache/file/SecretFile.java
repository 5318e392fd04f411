package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The envelopes of one secret, by field, with the rules of the scripts of Redis. All dates are by
 * the folder's time. Immutable.
 */
record SecretFile(SortedMap<String, Envelope> fields) {
  /** A secret has some versions, and two names; only a client that tries many asks for more. */
  private static final int MOST_FIELDS = 64;

  /** More than a clock that is read twice can be behind. */
  private static final Duration SKEW = Duration.ofSeconds(1);

  private static final String FORMAT = "kms-agent 1";

  /** Without an envelope. */
  static final SecretFile EMPTY = new SecretFile(new TreeMap<>());

  /** Without what cannot be used; empty for what is cut, or no such file. */
  static SecretFile parse(byte[] bytes, Instant now) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      var fields = new TreeMap<String, Envelope>();
      var left = in.readUTF().equals(FORMAT) ? in.readInt() : 0;
      for (; left > 0; left--) {
        var field = in.readUTF();
        var length = in.readInt();
        if (length < 0 || length > in.available()) {
          return EMPTY;
        }
        fields.put(field, new Envelope(in.readNBytes(length)));
      }
      fields.values().removeIf(it -> it.bytes().length > Envelope.LONGEST || isAhead(it, now));
      return new SecretFile(fields);
    } catch (IOException cut) {
      return EMPTY;
    }
  }

  byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeUTF(FORMAT);
      out.writeInt(fields.size());
      for (var field : fields.entrySet()) {
        out.writeUTF(field.getKey());
        out.writeInt(field.getValue().bytes().length);
        out.write(field.getValue().bytes());
      }
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Whether an envelope is dated later than now, as only a clock that was set back explains. */
  static boolean isAhead(Envelope envelope, Instant now) {
    return envelope.at().isAfter(now.plus(SKEW));
  }

  Optional<Envelope> get(String field) {
    return Optional.ofNullable(fields.get(field));
  }

  /** Whether nothing here is later than this entry. */
  boolean admits(String field, Envelope entry) {
    return get(EntryKey.GONE).filter(gone -> !gone.at().isBefore(entry.at())).isEmpty()
        && get(field).filter(kept -> isLater(kept, entry)).isEmpty();
  }

  /** Of two with one date a tombstone is the later one. */
  private static boolean isLater(Envelope kept, Envelope other) {
    return kept.at().isAfter(other.at()) || (kept.at().equals(other.at()) && kept.isTombstone());
  }

  /** With one more envelope, or another one, and without what is over. */
  SecretFile with(String field, Envelope envelope, Instant now) {
    var left = new TreeMap<>(fields);
    if (isCrowded()) {
      left.keySet().removeIf(it -> !it.equals(EntryKey.GONE));
    }
    left.values().removeIf(it -> it.end().isBefore(now) && !it.isTombstone());
    left.put(field, envelope);
    return new SecretFile(left);
  }

  private boolean isCrowded() {
    return fields.size() > MOST_FIELDS;
  }

  /** Whether there is more than its tombstone under a field; {@code gone} is about all fields. */
  boolean hasEntry(String field) {
    var tombstones = get(field).filter(Envelope::isTombstone).isPresent() ? 1 : 0;
    var all = field.equals(EntryKey.GONE) ? fields.size() : get(field).isPresent() ? 1 : 0;
    return all > tombstones;
  }

  /**
   * With a tombstone, unless there is a later envelope or no room; that of the secret as a whole
   * replaces all entries that are not later.
   */
  SecretFile revoked(String field, Envelope tombstone, Instant now) {
    var left = new TreeMap<>(fields);
    if (field.equals(EntryKey.GONE)) {
      left.values().removeIf(it -> !it.isTombstone() && !it.at().isAfter(tombstone.at()));
    } else if (get(field).isEmpty() && isCrowded()) {
      return this;
    }
    var others = new SecretFile(left);
    return get(field).filter(it -> isLater(it, tombstone)).isPresent()
        ? others
        : others.with(field, tombstone, now);
  }

  SecretFile without(String field) {
    var left = new TreeMap<>(fields);
    left.remove(field);
    return new SecretFile(left);
  }
}
