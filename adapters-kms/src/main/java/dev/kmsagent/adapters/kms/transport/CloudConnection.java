package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.config.Authorities;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.config.Proxy;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The one HTTP client that calls KMS and STS: HTTP/1.1, no redirects followed, proxy and TLS as
 * configured. It is created when it is first used, since setting TLS up takes a good part of a
 * start. Thread-safe.
 */
public final class CloudConnection implements AutoCloseable {
  /**
   * The longest answer. KMS's secrets have at most 30 KB, six times that in JSON at worst; its
   * other fields are short.
   */
  public static final int MAX_ANSWER = 256 << 10;

  /** STS takes tokens of at most 20,000 characters. */
  private static final int MAX_TOKEN = 20_000;

  private final KmsConfig.Transport config;
  private final Executor executor;
  private final Executor files;
  private final TimeSources timing;
  private final ReloadingAuthorities authorities;
  private @Nullable HttpClient client;
  private boolean closed;

  /**
   * Opens no connection yet.
   *
   * @param base authorities that are trusted besides those in the file of {@code config}
   * @param executor for tasks that wait: virtual threads
   * @param files for reading files: platform threads
   * @throws UncheckedIOException when the file of authorities is unusable
   */
  public CloudConnection(
      KmsConfig.Transport config,
      Authorities base,
      Executor executor,
      Executor files,
      TimeSources timing,
      AgentEvents events) {
    this.config = config;
    this.executor = executor;
    this.files = files;
    this.timing = timing;
    this.authorities =
        new ReloadingAuthorities(base, config.caFile(), events, files, timing.scheduler());
  }

  /**
   * Another connection, which trusts the authorities in {@code caFile} alone and uses no proxy.
   *
   * @throws UncheckedIOException when the file is unusable
   */
  public CloudConnection trustingOnly(Path caFile, AgentEvents events) {
    var direct =
        new KmsConfig.Transport(
            config.endpoint(),
            Optional.of(caFile),
            Optional.empty(),
            config.connectTimeout(),
            config.readTimeout());
    return new CloudConnection(direct, Authorities.none(), executor, files, timing, events);
  }

  public KmsConfig.Transport config() {
    return config;
  }

  /** For tasks that wait: virtual threads. */
  public Executor executor() {
    return executor;
  }

  /** Reads a token: at each call the text in {@code file}, unless that is unreadable or empty. */
  public BoundedRead<Optional<String>> token(Path file) {
    return new BoundedRead<>(() -> readToken(file), files, timing.scheduler());
  }

  private static Optional<String> readToken(Path file) {
    try (var content = Files.newInputStream(file)) {
      var text = new String(content.readNBytes(MAX_TOKEN), StandardCharsets.UTF_8).strip();
      return Optional.of(text).filter(it -> !it.isEmpty());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** The clocks and timers of exchanges. */
  public TimeSources timing() {
    return timing;
  }

  /** Creates what a call of KMS needs, which takes a moment; it opens no connection. */
  public void prepare() {
    var _ = client();
    if (config.endpoint().uri().getScheme().equals("https")) {
      authorities.prepare();
    }
  }

  /** The same client at each call; the first call takes a moment. */
  public synchronized HttpClient client() {
    var made = client == null ? create() : client;
    client = made;
    return made;
  }

  /**
   * Sends a request and waits for the whole answer, within the read timeout.
   *
   * @return the answer; its body is null where a proxy refuses the tunnel
   * @throws CompletionException when there is no answer
   * @throws CancellationException when there is none in time
   */
  public HttpResponse<byte[]> send(HttpRequest request) {
    return send(client(), request, config.readTimeout(), timing.scheduler());
  }

  /** The same with another client. */
  public static HttpResponse<byte[]> send(
      HttpClient client, HttpRequest request, Duration timeout, Scheduler scheduler) {
    var exchange = client.sendAsync(request, _ -> boundedBody());
    var timer = scheduler.schedule(timeout, () -> exchange.cancel(true));
    try {
      return exchange.join();
    } finally {
      timer.cancel();
    }
  }

  /**
   * Collects an answer, and breaks off the exchange as soon as there is more of it than allowed.
   */
  public static BodySubscriber<byte[]> boundedBody() {
    return BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_ANSWER);
  }

  private HttpClient create() {
    var builder =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(config.connectTimeout())
            .sslContext(Authorities.tls(authorities))
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(executor);
    config.proxy().ifPresent(proxy -> useProxy(builder, proxy));
    var made = builder.build();
    if (closed) {
      made.shutdownNow();
    }
    return made;
  }

  private static void useProxy(HttpClient.Builder client, Proxy proxy) {
    client.proxy(new ProxyRules(proxy.host(), proxy.port(), proxy.exceptions()));
    proxy.login().map(ProxyLogin::new).ifPresent(client::authenticator);
  }

  /** Breaks off the exchanges under way; nothing is sent any more. */
  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.shutdownNow();
    }
  }

  /** Gives the login to the proxy only. */
  private static final class ProxyLogin extends Authenticator {
    private final PasswordAuthentication account;

    ProxyLogin(Proxy.Login login) {
      this.account =
          new PasswordAuthentication(login.user(), login.password().reveal().toCharArray());
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      return getRequestorType() == RequestorType.PROXY ? account : null;
    }
  }
}
