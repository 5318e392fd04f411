package dev.kmsagent.bootstrap.wiring;

import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import javax.crypto.Mac;

/**
 * Has Java make, on a thread of its own and while the configuration is still read, what the start
 * needs a moment later. It changes nothing but when these are there, and touches nothing that logs:
 * the log is not set up yet.
 */
public final class Foresight {
  private Foresight() {}

  /** Begins, and waits for nothing. */
  public static void begin() {
    Thread.ofPlatform().daemon().name("foresight").start(Foresight::prepare);
  }

  private static void prepare() {
    // The names of Jetty's threads are formatted, and its types of content are looked up, in
    // locales.
    var _ = "%d".formatted(1);
    var _ = Locale.getAvailableLocales();
    try {
      // Entity tags.
      var _ = Mac.getInstance("HmacSHA256");
    } catch (NoSuchAlgorithmException unheardOf) {
      // Who needs it will say so.
    }
  }
}
