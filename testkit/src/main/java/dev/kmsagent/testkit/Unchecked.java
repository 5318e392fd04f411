package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;

/** Calls whose checked exceptions are failures of a test, where none can be declared. */
public final class Unchecked {
  private Unchecked() {}

  /**
   * What the call gives.
   *
   * @throws UncheckedIOException if it fails with an {@link IOException}
   * @throws AssertionError if it fails with another checked exception
   */
  public static <T> T get(Callable<T> callable) {
    try {
      return callable.call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
