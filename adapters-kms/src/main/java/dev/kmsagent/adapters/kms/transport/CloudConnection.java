package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.port.AgentEvents;
import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The one HTTP client through which KMS and STS are called, and how it is set up. It is made when
 * it is first used: what TLS needs takes a good part of a start. Thread-safe.
 */
public final class CloudConnection implements AutoCloseable {
  private final KmsSettings settings;
  private final HttpClients clients;
  private @Nullable HttpClient client;
  private boolean closed;

  private CloudConnection(KmsSettings settings, HttpClients clients) {
    this.settings = settings;
    this.clients = clients;
  }

  /**
   * Opens no connection yet.
   *
   * @param executor for tasks that wait: virtual threads
   * @throws IllegalArgumentException when the file of authorities in {@code settings} is unusable
   */
  public static CloudConnection open(KmsSettings settings, Executor executor, AgentEvents events) {
    return new CloudConnection(settings, HttpClients.of(settings, executor, events));
  }

  public KmsSettings settings() {
    return settings;
  }

  /** The same at each call; the first one takes a moment. */
  public synchronized HttpClient client() {
    var made = client == null ? create() : client;
    client = made;
    return made;
  }

  private HttpClient create() {
    var made = clients.create();
    if (closed) {
      made.shutdownNow();
    }
    return made;
  }

  /** Breaks off what is still going on; nothing is sent any more. */
  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.shutdownNow();
    }
  }
}
