package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.config.Authorities;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.LifecycleEvent;
import dev.kmsagent.domain.port.Scheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the system's authorities and those of a file. A replaced file is read at the next
 * handshake; an unusable one, or one whose reading hangs, changes nothing. Thread-safe.
 */
final class ReloadingAuthorities extends X509ExtendedTrustManager {
  private final Path pemFile;
  private final AgentEvents events;
  private final BoundedRead<X509ExtendedTrustManager> latest;
  private final AtomicBoolean isHanging = new AtomicBoolean();
  private volatile Loaded loaded;

  /** The authorities that are trusted, and the version of the file that was read last. */
  private record Loaded(FileVersion version, X509ExtendedTrustManager authorities) {}

  /**
   * What changes when the file is replaced by renaming, by a new link or by writing into it.
   *
   * @param size -1 where there is no file that may be read
   */
  private record FileVersion(String identity, FileTime written, long size) {
    static FileVersion of(Path file) {
      try {
        var found = Files.readAttributes(file, BasicFileAttributes.class);
        var identity = Objects.toString(found.fileKey());
        return new FileVersion(identity, found.lastModifiedTime(), found.size());
      } catch (IOException _) {
        return new FileVersion("", FileTime.fromMillis(0), -1);
      }
    }
  }

  /**
   * @throws UncheckedIOException when the file cannot be read or holds no certificate
   */
  ReloadingAuthorities(Path pemFile, AgentEvents events, Executor files, Scheduler scheduler) {
    this.latest = new BoundedRead<>(this::read, files, scheduler);
    this.pemFile = pemFile;
    this.events = events;
    try {
      this.loaded = new Loaded(FileVersion.of(pemFile), Authorities.systemAnd(pemFile));
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  private X509ExtendedTrustManager current() {
    return latest.get().orElseGet(this::whileReadingHangs);
  }

  private X509ExtendedTrustManager whileReadingHangs() {
    if (!isHanging.getAndSet(true)) {
      var reason = "reading " + pemFile + " takes too long";
      events.publish(new LifecycleEvent.AuthoritiesUnreadable(reason));
    }
    return loaded.authorities();
  }

  /** The version is taken before the file is read, so that a change in between is seen next. */
  private X509ExtendedTrustManager read() {
    var version = FileVersion.of(pemFile);
    if (!version.equals(loaded.version())) {
      loaded = new Loaded(version, readOr(loaded.authorities()));
      isHanging.set(false);
    } else if (isHanging.getAndSet(false)) {
      events.publish(new LifecycleEvent.AuthoritiesReloaded());
    }
    return loaded.authorities();
  }

  private X509ExtendedTrustManager readOr(X509ExtendedTrustManager present) {
    try {
      var authorities = Authorities.systemAnd(pemFile);
      events.publish(new LifecycleEvent.AuthoritiesReloaded());
      return authorities;
    } catch (IOException _) {
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
