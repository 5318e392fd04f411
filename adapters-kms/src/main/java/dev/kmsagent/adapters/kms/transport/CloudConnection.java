package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.port.AgentEvents;
import java.net.http.HttpClient;
import java.util.concurrent.Executor;

/** The one HTTP client through which KMS and STS are called, and how it was set up. */
public record CloudConnection(KmsSettings settings, HttpClient client) implements AutoCloseable {
  /**
   * Opens no connection yet.
   *
   * @param executor for tasks that wait: virtual threads
   * @throws IllegalArgumentException when the file of authorities in {@code settings} is unusable
   */
  public static CloudConnection open(KmsSettings settings, Executor executor, AgentEvents events) {
    return new CloudConnection(settings, HttpClients.create(settings, executor, events));
  }

  /** Breaks off what is still going on. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
