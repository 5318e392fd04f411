package dev.kmsagent.adapters.http.files;

import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.config.ServerCertificate.Pem;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.event.LifecycleEvent.CertificateLoaded;
import dev.kmsagent.domain.event.LifecycleEvent.CertificateUnusable;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * TLS with the certificate of the files, for the next handshake after they changed. While they
 * cannot be used, the certificate that was read before stays. Sessions are resumed by tickets,
 * which the client keeps, and which end with the certificate. Thread-safe.
 */
public final class CertificateRotation {
  /** Sessions of clients without tickets: each is kilobytes. */
  private static final int KEPT_SESSIONS = 64;

  private static final char[] NO_PASSWORD = {};
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final AgentEvents events;
  private final TimeSources timing;
  private final FileRotation<Pem> rotation;
  private volatile Loaded loaded;

  private record Loaded(X509Certificate certificate, SSLContext context) {
    static Loaded of(Pem pem) throws IOException {
      var read = ServerCertificate.of(pem);
      return new Loaded(read.chain().getFirst(), tls(read));
    }
  }

  /**
   * Reads the files, and begins to read them again when it is started.
   *
   * @param files platform threads, for reading
   * @throws UncheckedIOException when they cannot be used
   */
  public CertificateRotation(
      TlsConfig tls, AgentEvents events, TimeSources timing, Executor files) {
    this.events = events;
    this.timing = timing;
    try {
      var first = Pem.read(tls);
      loaded = Loaded.of(first);
      rotation = new FileRotation<>(() -> read(tls), first, this::take, timing.scheduler(), files);
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  private static Parsed<Pem> read(TlsConfig tls) {
    try {
      return new Parsed.Good<>(Pem.read(tls));
    } catch (IOException unreadable) {
      return new Parsed.Bad<>(String.valueOf(unreadable.getMessage()));
    }
  }

  /** Tells about the certificate that was read, and begins to read it again. */
  public void start() {
    events.publish(new CertificateLoaded(end(loaded)));
    if (hasEnded(loaded)) {
      events.publish(ended(loaded));
    }
    rotation.start();
  }

  /** Stops reading. */
  public void stop() {
    rotation.stop();
  }

  /** The server's side of a connection. */
  public SSLEngine engine() {
    var engine = loaded.context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  private void take(Parsed<Pem> reading) {
    events.publish(reading.fold(this::replace, CertificateUnusable::new));
  }

  private LifecycleEvent replace(Pem pem) {
    try {
      var next = Loaded.of(pem);
      if (hasEnded(next) && !hasEnded(loaded)) {
        return ended(next);
      }
      loaded = next;
      return new CertificateLoaded(end(next));
    } catch (IOException unusable) {
      return new CertificateUnusable(String.valueOf(unusable.getMessage()));
    }
  }

  private static CertificateUnusable ended(Loaded it) {
    return new CertificateUnusable("it ended at " + end(it));
  }

  private boolean hasEnded(Loaded it) {
    return end(it).isBefore(timing.now());
  }

  private static Instant end(Loaded it) {
    return it.certificate().getNotAfter().toInstant();
  }

  private static SSLContext tls(ServerCertificate server) throws IOException {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "server", server.key(), NO_PASSWORD, server.chain().toArray(X509Certificate[]::new));
      var keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, NO_PASSWORD);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      context.getServerSessionContext().setSessionCacheSize(KEPT_SESSIONS);
      return context;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("this Java cannot use the key", unusable);
    }
  }
}
