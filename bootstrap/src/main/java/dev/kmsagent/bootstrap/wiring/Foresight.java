package dev.kmsagent.bootstrap.wiring;

import java.util.List;

/**
 * Initialises, on a thread of its own, classes that the start needs a moment later, while the
 * configuration is still read. It changes nothing but when they are there.
 */
public final class Foresight {
  /** Of each part that takes long the class that draws the others along. */
  static final List<String> CLASSES =
      List.of(
          "org.eclipse.jetty.http.MimeTypes",
          "org.eclipse.jetty.http.HttpParser",
          "org.eclipse.jetty.server.ServerConnector",
          "org.eclipse.jetty.ee10.servlet.ServletContextHandler",
          "io.javalin.compression.CompressionStrategy",
          "io.github.resilience4j.circuitbreaker.CircuitBreakerConfig",
          "com.github.benmanes.caffeine.cache.Caffeine");

  private Foresight() {}

  /** Begins, and waits for nothing. */
  public static void begin() {
    Thread.ofPlatform().daemon().name("foresight").start(Foresight::load);
  }

  private static void load() {
    // The names of Jetty's threads are made so, with all that belongs to numbers in a locale.
    var _ = "%d".formatted(1);
    for (var name : CLASSES) {
      try {
        Class.forName(name);
      } catch (ClassNotFoundException moved) {
        // Then it is loaded when it is needed.
      }
    }
  }
}
