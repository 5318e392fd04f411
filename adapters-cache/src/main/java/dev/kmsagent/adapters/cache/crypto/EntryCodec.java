package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.cache.crypto.Envelope.Header;
import dev.kmsagent.domain.AccountId;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionSelector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names and seals the entries of one partition with one encryption key: what one principal read
 * from one endpoint is not another's to read. An envelope opens only with the entry key for which
 * it was sealed. Immutable.
 */
public final class EntryCodec {
  private static final byte[] NOTHING = {};

  private final SealingKey sealingKey;
  private final List<String> owner;
  private final Optional<AccountId> account;
  private final String prefix;

  /**
   * @param prefix of all names in the store
   */
  public EntryCodec(SealingKey sealingKey, Principal principal, KmsEndpoint kms, String prefix) {
    this.sealingKey = sealingKey;
    this.owner = List.of(principal.value(), kms.region(), kms.authority());
    this.account = principal.account();
    this.prefix = prefix;
  }

  /** A key under which no agent keeps anything: exchanges with it show whether the store works. */
  public static EntryKey probeKey(String prefix) {
    return new EntryKey(prefix, "start", EntryKey.GONE);
  }

  /**
   * The key of an entry. An ARN of the principal's own account shares the hash of its plain name;
   * every other ARN has a hash of its own.
   */
  public EntryKey key(SecretQuery query) {
    var field = name(Stream.concat(Stream.of(query.name().value()), parts(query.version())));
    return new EntryKey(prefix, secret(query.name()), field);
  }

  /** The key of the tombstone of a secret as a whole. */
  public EntryKey gone(SecretName name) {
    return new EntryKey(prefix, secret(name), EntryKey.GONE);
  }

  private String secret(SecretName name) {
    return name(Stream.of(name.canonical(account).value()));
  }

  private String name(Stream<String> parts) {
    return sealingKey.name(Stream.concat(owner.stream(), parts).toList());
  }

  private static Stream<String> parts(VersionSelector version) {
    return Stream.concat(
        version.id().stream().flatMap(id -> Stream.of("id", id.value())),
        version.stage().stream().flatMap(stage -> Stream.of("stage", stage.value())));
  }

  /** Seals a content for {@code key}. */
  public Envelope seal(EntryKey key, Content content) {
    var header = Header.of(content).bytes();
    var text = content instanceof Content.Entry entry ? SecretFormat.write(entry) : NOTHING;
    var sealed = sealingKey.seal(text, context(key, header));
    return new Envelope(
        ByteBuffer.allocate(header.length + sealed.length).put(header).put(sealed).array());
  }

  /** Opens an envelope; empty if it was not sealed for {@code key}, or was altered. */
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
              : new Content.Tombstone(header.at(), header.end()));
    } catch (IOException | IllegalArgumentException | DateTimeException | ArithmeticException _) {
      return Optional.empty();
    }
  }

  private static byte[] context(EntryKey key, byte[] header) {
    var place = (key.hash() + '\0' + key.field() + '\0').getBytes(UTF_8);
    return ByteBuffer.allocate(place.length + header.length).put(place).put(header).array();
  }
}
