package dev.kmsagent.adapters.http.files;

import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.event.LifecycleEvent.CertificateLoaded;
import dev.kmsagent.domain.event.LifecycleEvent.CertificateUnusable;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * TLS with the certificate of the files, for the next handshake after they changed. While they
 * cannot be used, the certificate that was read before stays. Sessions are resumed by tickets,
 * which the client keeps, and which end with the certificate. Thread-safe.
 */
public final class CertificateRotation extends FileRotation {
  /** Sessions of clients without tickets: each is kilobytes. */
  static final int KEPT_SESSIONS = 64;

  private static final char[] UNPROTECTED = {};
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final TlsConfig tls;
  private final AgentEvents events;
  private final InstantSource clock;
  private volatile Loaded loaded;

  private record Loaded(ConfidentialText pem, X509Certificate certificate, SSLContext context) {
    static Loaded of(ConfidentialText pem) {
      var read = ServerCertificate.of(pem);
      return new Loaded(pem, read.chain().getFirst(), tls(read));
    }

    CertificateLoaded event() {
      return new CertificateLoaded(certificate.getNotAfter().toInstant());
    }
  }

  /**
   * Reads the files, and begins to read them again when it is started.
   *
   * @param files platform threads, for reading
   * @throws IllegalArgumentException when they cannot be used
   */
  public CertificateRotation(
      TlsConfig tls, AgentEvents events, TimeSources timing, Executor files) {
    var first = tls.read();
    super(first, timing.scheduler(), files);
    this.tls = tls;
    this.events = events;
    this.clock = timing.clocks().wall();
    this.loaded = Loaded.of(first);
  }

  /** Tells about the certificate that was read, and begins to read it again. */
  @Override
  public void start() {
    events.publish(loaded.event());
    if (isOutdated(loaded.certificate())) {
      events.publish(new CertificateUnusable(outdated(loaded.certificate())));
    }
    super.start();
  }

  SSLContext context() {
    return loaded.context();
  }

  /** The server's side of a connection. */
  public SSLEngine engine() {
    var engine = context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  /** One that is outdated by the clock is judged again each time. */
  @Override
  Parsed<ConfidentialText> read() {
    try {
      var pem = tls.read();
      if (pem.equals(loaded.pem()) || isOutdated(loaded.certificate())) {
        return new Parsed.Valid<>(pem);
      }
      var next = ServerCertificate.chain(pem.reveal()).getFirst();
      return isOutdated(next) ? new Parsed.Invalid<>(outdated(next)) : new Parsed.Valid<>(pem);
    } catch (IllegalArgumentException unreadable) {
      return new Parsed.Invalid<>(String.valueOf(unreadable.getMessage()));
    }
  }

  @Override
  void take(Parsed<ConfidentialText> reading) {
    events.publish(reading.fold(this::replace, CertificateUnusable::new));
  }

  private LifecycleEvent replace(ConfidentialText pem) {
    try {
      loaded = Loaded.of(pem);
      return loaded.event();
    } catch (IllegalArgumentException unusable) {
      return new CertificateUnusable(String.valueOf(unusable.getMessage()));
    }
  }

  private boolean isOutdated(X509Certificate it) {
    var now = clock.instant();
    return now.isBefore(it.getNotBefore().toInstant()) || now.isAfter(it.getNotAfter().toInstant());
  }

  private static String outdated(X509Certificate it) {
    return "it is valid from %s until %s"
        .formatted(it.getNotBefore().toInstant(), it.getNotAfter().toInstant());
  }

  private static SSLContext tls(ServerCertificate server) {
    try {
      // PKCS12 refuses certificates that are no chain, which clients do not mind.
      var store = KeyStore.getInstance("JKS");
      store.load(null, null);
      store.setKeyEntry(
          "server", server.key(), UNPROTECTED, server.chain().toArray(X509Certificate[]::new));
      // Others derive a key from the password, for the start or for each handshake.
      var keys = KeyManagerFactory.getInstance("SunX509");
      keys.init(store, UNPROTECTED);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      context.getServerSessionContext().setSessionCacheSize(KEPT_SESSIONS);
      return context;
    } catch (IOException | GeneralSecurityException unusable) {
      throw new IllegalArgumentException("this Java cannot use the key", unusable);
    }
  }
}
