package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionSelector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where entries of one partition lie under one key, and what lies there. An entry opens in the
 * place alone for which it was sealed. Immutable.
 */
public final class EntryCodec {
  private static final byte[] NOTHING = {};

  private final SealingKey sealingKey;
  private final List<String> owner;
  private final String prefix;

  /**
   * @param prefix of all names in the store
   */
  public EntryCodec(SealingKey sealingKey, Partition partition, String prefix) {
    this.sealingKey = sealingKey;
    this.owner = List.of(partition.principal().value(), partition.region(), partition.endpoint());
    this.prefix = prefix;
  }

  /** What the names of all hashes begin with, of every partition. */
  public static String hashes(String prefix) {
    return prefix + ":c:";
  }

  /** Where nothing ever lies: to look there shows whether the store answers. */
  public static EntryKey greeting(String prefix) {
    return new EntryKey(hashes(prefix) + "{start}", EntryKey.GONE, prefix + ":l:{start}");
  }

  public EntryKey key(SecretQuery query) {
    var secret = name(query.name().plain().value());
    var field = name(Stream.concat(Stream.of(query.name().value()), words(query.version())));
    return key(secret, field);
  }

  /** Where the word lies that KMS refused the secret as a whole. */
  public EntryKey gone(SecretName plainName) {
    return key(name(plainName.value()), EntryKey.GONE);
  }

  /** The braces keep a hash and its leases in one part of a cluster (hash tag). */
  private EntryKey key(String secret, String field) {
    return new EntryKey(
        hashes(prefix) + "{" + secret + "}", field, prefix + ":l:{" + secret + "}" + field);
  }

  private String name(String secret) {
    return name(Stream.of(secret));
  }

  private String name(Stream<String> parts) {
    return sealingKey.name(Stream.concat(owner.stream(), parts).toList());
  }

  private static Stream<String> words(VersionSelector version) {
    return switch (version) {
      case VersionSelector.ByStage(var stage) -> Stream.of("stage", stage.value());
      case VersionSelector.ById(var id) -> Stream.of("id", id.value());
      case VersionSelector.ByIdAndStage(var id, var stage) ->
          Stream.of("id", id.value(), "stage", stage.value());
    };
  }

  /** The envelope for {@code key}. */
  public Envelope seal(EntryKey key, Content content) {
    var header = Header.of(content).bytes();
    var text =
        switch (content) {
          case Content.Entry entry -> SecretFormat.write(entry);
          case Content.Revocation _ -> NOTHING;
        };
    var sealed = sealingKey.seal(text, context(key, header));
    return Envelope.of(
        ByteBuffer.allocate(header.length + sealed.length).put(header).put(sealed).array());
  }

  /** What the envelope holds; empty if it is not one that was sealed for {@code key}. */
  public Optional<Content> open(EntryKey key, Envelope envelope) {
    var bytes = envelope.bytes();
    return Header.read(bytes).flatMap(header -> open(key, header, bytes));
  }

  private Optional<Content> open(EntryKey key, Header header, byte[] envelope) {
    var context = context(key, Arrays.copyOf(envelope, Header.LENGTH));
    var sealed = Arrays.copyOfRange(envelope, Header.LENGTH, envelope.length);
    return sealingKey.open(sealed, context).flatMap(text -> read(header, text));
  }

  private static Optional<Content> read(Header header, byte[] text) {
    try {
      return Optional.of(
          header.kind() == Header.ENTRY
              ? SecretFormat.read(text)
              : new Content.Revocation(header.at(), header.end()));
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static byte[] context(EntryKey key, byte[] header) {
    var place = (key.hash() + '\0' + key.field() + '\0').getBytes(UTF_8);
    return ByteBuffer.allocate(place.length + header.length).put(place).put(header).array();
  }
}
