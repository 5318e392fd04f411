package dev.kmsagent.adapters.cache.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.Envelope.Header;
import dev.kmsagent.testkit.FuzzInputs;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz target: an envelope as the store may return it, and the text in it as an agent of another
 * version may have sealed it.
 */
final class EntryCodecFuzzTest {
  private static final EntryCodec CODEC = SealingFixtures.CODEC;
  private static final EntryKey KEY = CODEC.key(Secrets.current("app/db"));
  private static final byte[] SEALED =
      CODEC.seal(KEY, EntryCodecTest.entry(Secrets.text("app/db", "v1", "hunter2"))).bytes();

  public static void fuzzerTestOneInput(byte[] input) {
    assertThat(CODEC.open(KEY, new Envelope(input))).isEmpty();
    assertThat(CODEC.open(KEY, new Envelope(altered(input))).isPresent()).isEqualTo(isZero(input));
    Header.read(input).ifPresent(header -> assertHeader(header, input));
    text(input).ifPresent(EntryCodecFuzzTest::assertText);
  }

  /** A sealed envelope whose bits are flipped where the input has ones. */
  private static byte[] altered(byte[] input) {
    var envelope = SEALED.clone();
    for (var i = 0; i < Math.min(input.length, envelope.length); i++) {
      envelope[i] ^= input[i];
    }
    return envelope;
  }

  private static boolean isZero(byte[] input) {
    return Arrays.equals(altered(input), SEALED);
  }

  /** A header that is read is written in the same way, and nothing in it is lost. */
  private static void assertHeader(Header header, byte[] input) {
    assertThat(header.bytes()).isEqualTo(Arrays.copyOf(input, Header.LENGTH));
  }

  private static Optional<Content.Entry> text(byte[] input) {
    try {
      return Optional.of(SecretFormat.read(input));
    } catch (IOException
        | IllegalArgumentException
        | DateTimeException
        | ArithmeticException refused) {
      return Optional.empty();
    }
  }

  /** What was read can be sealed, and is the same when it is opened. */
  private static void assertText(Content.Entry entry) {
    assertThat(CODEC.open(KEY, CODEC.seal(KEY, entry))).contains(entry);
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) {
    fuzzerTestOneInput(input);
  }
}
