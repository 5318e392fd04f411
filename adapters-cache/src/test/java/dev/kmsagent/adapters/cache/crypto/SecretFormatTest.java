package dev.kmsagent.adapters.cache.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SecretFormatTest {
  private static final byte[] FORM = SecretFormat.write(SealingFixtures.entry("app/db", "hunter2"));

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

  private static void isRefused(byte[] form) {
    assertThatThrownBy(() -> SecretFormat.read(form))
        .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
  }
}
