package dev.kmsagent.adapters.cache.file;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import dev.kmsagent.adapters.cache.shared.EntryStore.RevokeCondition;
import dev.kmsagent.adapters.cache.shared.EntryStore.Revoked;
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
 *
 * @param end when all of it may go
 */
record SecretFile(Instant end, SortedMap<String, Envelope> fields) {
  /** A secret has some versions, and two names; only a client that tries many asks for more. */
  private static final int MOST_FIELDS = 64;

  /** More than a clock that is read twice can be behind. */
  private static final Duration SKEW = Duration.ofSeconds(1);

  private static final String FORMAT = "kms-agent 1";
  private static final SecretFile NONE = new SecretFile(Instant.MIN, new TreeMap<>());

  /** Without an envelope. */
  static SecretFile empty() {
    return NONE;
  }

  /** Empty for what is cut or no such file. */
  static Optional<SecretFile> parse(byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (!in.readUTF().equals(FORMAT)) {
        return Optional.empty();
      }
      var end = Instant.ofEpochMilli(in.readLong());
      var fields = new TreeMap<String, Envelope>();
      while (in.available() > 0) {
        var field = in.readUTF();
        var length = in.readInt();
        if (length < 0 || length > in.available()) {
          return Optional.empty();
        }
        fields.put(field, new Envelope(in.readNBytes(length)));
      }
      return Optional.of(new SecretFile(end, fields));
    } catch (IOException cut) {
      return Optional.empty();
    }
  }

  byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeUTF(FORMAT);
      out.writeLong(end.toEpochMilli());
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

  /** An envelope that can be used. */
  Optional<Envelope> get(String field, Instant now) {
    return Optional.ofNullable(fields.get(field)).filter(it -> isUsable(it, now));
  }

  private static boolean isUsable(Envelope envelope, Instant now) {
    return envelope.bytes().length <= Envelope.LONGEST && !isAhead(envelope, now);
  }

  /** Whether nothing here is later than this entry. */
  boolean admits(String field, Envelope entry, Instant now) {
    return get(EntryKey.GONE, now).filter(gone -> !gone.at().isBefore(entry.at())).isEmpty()
        && get(field, now).filter(kept -> isLater(kept, entry)).isEmpty();
  }

  /** Of two with one date a tombstone is the later one. */
  private static boolean isLater(Envelope kept, Envelope other) {
    return kept.at().isAfter(other.at()) || (kept.at().equals(other.at()) && kept.isTombstone());
  }

  /** With one more envelope, or another one, and without what is over. */
  SecretFile with(String field, Envelope envelope, Duration life, Instant now) {
    var left = new TreeMap<String, Envelope>();
    if (isCrowded()) {
      get(EntryKey.GONE, now).ifPresent(gone -> left.put(EntryKey.GONE, gone));
    } else {
      left.putAll(fields);
    }
    left.values()
        .removeIf(it -> !isUsable(it, now) || (it.end().isBefore(now) && !it.isTombstone()));
    left.put(field, envelope);
    return new SecretFile(later(end, now.plus(life)), left);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private boolean isCrowded() {
    return fields.size() > MOST_FIELDS;
  }

  /** What a tombstone that need not be written comes to; empty if it has to be. */
  Optional<Revoked> alreadyRevoked(
      String field, Envelope tombstone, RevokeCondition condition, Instant now) {
    var isWhole = field.equals(EntryKey.GONE);
    var kept = get(field, now);
    var isStored = isWhole ? !fields.isEmpty() : kept.isPresent();
    if (condition == RevokeCondition.IF_STORED && !isStored) {
      return Optional.of(Revoked.UNNEEDED);
    }
    var isOutdated = kept.filter(it -> isLater(it, tombstone)).isPresent();
    var hasNoRoom = !isWhole && kept.isEmpty() && isCrowded();
    var leavesEntries =
        isWhole && fields.values().stream().anyMatch(it -> isRevokedBy(it, tombstone));
    return (isOutdated && !leavesEntries) || hasNoRoom
        ? Optional.of(Revoked.STORED)
        : Optional.empty();
  }

  private static boolean isRevokedBy(Envelope entry, Envelope tombstone) {
    return !entry.isTombstone() && !entry.at().isAfter(tombstone.at());
  }

  /** With a tombstone; that of the secret as a whole replaces all entries that are not later. */
  SecretFile revoked(String field, Envelope tombstone, Duration life, Instant now) {
    var left = new TreeMap<>(fields);
    if (field.equals(EntryKey.GONE)) {
      left.values().removeIf(it -> isRevokedBy(it, tombstone));
    }
    var others = new SecretFile(end, left);
    return get(field, now).filter(it -> isLater(it, tombstone)).isPresent()
        ? others
        : others.with(field, tombstone, life, now);
  }

  SecretFile without(String field) {
    var left = new TreeMap<>(fields);
    left.remove(field);
    return new SecretFile(end, left);
  }
}
