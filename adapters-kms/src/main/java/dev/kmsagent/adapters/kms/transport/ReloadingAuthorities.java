package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.config.Authorities;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.Scheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts the system's authorities, which are read when they are first needed, or none, and those of
 * a file, if one is configured. A replaced file is read at the next handshake; an unusable one, or
 * one whose reading hangs, changes nothing. The JDK itself compares the host's name, as it does for
 * each trust manager that is not an extended one. Thread-safe.
 */
final class ReloadingAuthorities implements X509TrustManager {
  private final Authorities base;
  private final Optional<Path> pemFile;
  private final AgentEvents events;
  private final BoundedRead<Authorities> latest;

  /** Of the file that was read last; only {@code latest} reads and changes it. */
  private String version;

  private volatile Authorities trusted;

  /**
   * @param base what is trusted besides the file
   * @throws UncheckedIOException when the file cannot be read or holds no certificate
   */
  ReloadingAuthorities(
      Authorities base,
      Optional<Path> pemFile,
      AgentEvents events,
      Executor files,
      Scheduler scheduler) {
    this.base = base;
    this.latest = new BoundedRead<>(this::read, files, scheduler);
    this.pemFile = pemFile;
    this.events = events;
    this.version = pemFile.map(ReloadingAuthorities::version).orElse("");
    this.trusted = pemFile.map(file -> load(base, file)).orElse(base);
  }

  private static Authorities load(Authorities base, Path pemFile) {
    try {
      return base.and(pemFile);
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  /**
   * What changes when the file is replaced by renaming, by a new link or by writing into it; empty
   * where there is no file that may be read.
   */
  private static String version(Path file) {
    try {
      var found = Files.readAttributes(file, BasicFileAttributes.class);
      return found.fileKey() + " " + found.lastModifiedTime() + " " + found.size();
    } catch (IOException _) {
      return "";
    }
  }

  /** Reads the system's authorities now and not at the first handshake. */
  void prepare() {
    var _ = trusted.trustManager();
  }

  private Path file() {
    return pemFile.orElseThrow();
  }

  private X509TrustManager current() {
    var read = pemFile.flatMap(_ -> latest.get());
    return read.orElse(trusted).trustManager();
  }

  /** The version is taken before the file is read, so that a change in between is seen next. */
  private Authorities read() {
    var found = version(file());
    if (!found.equals(version)) {
      trusted = readOr(trusted);
      version = found;
    }
    return trusted;
  }

  private Authorities readOr(Authorities present) {
    try {
      var authorities = base.and(file());
      events.publish(new LifecycleEvent.AuthoritiesReloaded());
      return authorities;
    } catch (IOException _) {
      var reason = "no certificates can be read from " + file();
      events.publish(new LifecycleEvent.AuthoritiesUnreadable(reason));
      return present;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current().checkServerTrusted(chain, authType);
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
