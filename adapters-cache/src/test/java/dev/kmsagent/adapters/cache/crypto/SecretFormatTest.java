package dev.kmsagent.adapters.cache.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SecretFormatTest {
  private static final byte[] FORM = SecretFormat.write(SealingFixtures.entry("app/db", "hunter2"));

  @Property(tries = 300)
  void any_entry_is_read_as_it_was_written(@ForAll("entries") Content.Entry entry)
      throws IOException {
    assertThat(SecretFormat.read(SecretFormat.write(entry))).isEqualTo(entry);
  }

  @Provide
  Arbitrary<Content.Entry> entries() {
    return AnyEntry.entries();
  }

  @Test
  void one_that_is_cut_anywhere_is_refused() {
    assertThat(IntStream.range(0, FORM.length).boxed())
        .allSatisfy(length -> isRefused(Arrays.copyOf(FORM, length)));
  }

  @Test
  void one_that_holds_more_is_refused() {
    isRefused(Arrays.copyOf(FORM, FORM.length + 1));
  }

  @Test
  void dates_that_no_instant_can_hold_are_refused() {
    var unsound = FORM.clone();
    ByteBuffer.wrap(unsound).putLong(Long.MAX_VALUE);
    isRefused(unsound);
    ByteBuffer.wrap(unsound).putLong(Long.MAX_VALUE).putInt(Integer.MAX_VALUE);
    isRefused(unsound);
  }

  @Property(tries = 500)
  void garbage_is_refused_and_no_bug(@ForAll byte[] garbage) {
    isRefused(garbage);
  }

  private static void isRefused(byte[] form) {
    assertThatThrownBy(() -> SecretFormat.read(form))
        .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
  }
}
