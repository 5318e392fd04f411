package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.LifecycleEvent;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the system's authorities and those of a file, as it is at each handshake: a replaced file
 * counts from the next one on, and one that is unusable changes nothing. Thread-safe.
 */
final class ReloadingAuthorities extends X509ExtendedTrustManager {
  private final Path pemFile;
  private final AgentEvents events;
  private volatile Loaded loaded;

  /** Whom to trust, and the state of the file that was last looked at for it. */
  private record Loaded(FileState state, X509ExtendedTrustManager authorities) {}

  /**
   * @throws IllegalArgumentException when the file cannot be read or holds no certificate
   */
  ReloadingAuthorities(Path pemFile, AgentEvents events) {
    this.pemFile = pemFile;
    this.events = events;
    this.loaded = new Loaded(FileState.of(pemFile), Authorities.systemAnd(pemFile));
  }

  private X509ExtendedTrustManager current() {
    var last = loaded;
    return FileState.of(pemFile).equals(last.state()) ? last.authorities() : reload();
  }

  /** The state is taken before the file is read: a change in between is seen at the next look. */
  private synchronized X509ExtendedTrustManager reload() {
    var state = FileState.of(pemFile);
    if (!state.equals(loaded.state())) {
      loaded = new Loaded(state, readOr(loaded.authorities()));
    }
    return loaded.authorities();
  }

  private X509ExtendedTrustManager readOr(X509ExtendedTrustManager present) {
    try {
      var authorities = Authorities.systemAnd(pemFile);
      events.publish(new LifecycleEvent.AuthoritiesReloaded());
      return authorities;
    } catch (IllegalArgumentException _) {
      var reason = "no certificates can be read from " + pemFile;
      events.publish(new LifecycleEvent.AuthoritiesUnreadable(reason));
      return present;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    current().checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    current().checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current().checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    current().checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    current().checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current().checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return current().getAcceptedIssuers();
  }
}
