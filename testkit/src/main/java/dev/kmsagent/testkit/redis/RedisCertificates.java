package dev.kmsagent.testkit.redis;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An authority that nobody else trusts, and a certificate of it for one host alone; made by the
 * JDK's {@code keytool}, and written as Redis reads them.
 */
public final class RedisCertificates {
  private static final String PHRASE = "certificates";
  private static final String AUTHORITY = "authority";
  private static final String SERVER = "server";

  private static final Map<String, RedisCertificates> BY_HOST = new ConcurrentHashMap<>();

  private final Path folder;

  private RedisCertificates(Path folder) {
    this.folder = folder;
  }

  /**
   * Those for a host, made when they are first asked for.
   *
   * @param host by its name or its IPv4 address
   */
  public static RedisCertificates of(String host) {
    return BY_HOST.computeIfAbsent(host, RedisCertificates::make);
  }

  private static RedisCertificates make(String host) {
    try {
      var certificates = new RedisCertificates(Files.createTempDirectory("redis-certificates"));
      certificates.write((host.matches("[0-9.]+") ? "ip:" : "dns:") + host);
      return certificates;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (GeneralSecurityException unusable) {
      throw new IllegalStateException(unusable);
    }
  }

  private void write(String name) throws IOException, GeneralSecurityException {
    generate(AUTHORITY, "CN=Redis test authority", "-ext", "bc:c");
    generate(SERVER, "CN=Redis", "-ext", "san=" + name, "-signer", AUTHORITY);
    var keys = KeyStore.getInstance(store().toFile(), PHRASE.toCharArray());
    writePem(authorityFile(), "CERTIFICATE", keys.getCertificate(AUTHORITY).getEncoded());
    writePem(certificateFile(), "CERTIFICATE", keys.getCertificate(SERVER).getEncoded());
    writePem(keyFile(), "PRIVATE KEY", keys.getKey(SERVER, PHRASE.toCharArray()).getEncoded());
  }

  private void generate(String alias, String subject, Object... more) {
    var _ =
        SystemCommand.of(SystemCommand.jdk("keytool"), "-genkeypair", "-keystore", store())
            .and("-storepass", PHRASE, "-alias", alias, "-dname", subject)
            .and("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")
            .and("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650")
            .and(more)
            .run()
            .outputOfSuccess();
  }

  private static void writePem(Path file, String label, byte[] content) throws IOException {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, lines));
  }

  private Path store() {
    return folder.resolve("keys.p12");
  }

  /** The authority in PEM, as a client takes it to trust the server. */
  public Path authorityFile() {
    return folder.resolve("authority.pem");
  }

  /** What the server presents, in PEM. */
  public Path certificateFile() {
    return folder.resolve("server.pem");
  }

  /** The key to it, in PEM. */
  public Path keyFile() {
    return folder.resolve("server.key");
  }

  /** How a server is told to listen for TLS on a port, and to ask clients for no certificate. */
  String[] settings(int tlsPort) {
    return new String[] {
      "--tls-port", Integer.toString(tlsPort),
      "--tls-cert-file", certificateFile().toString(),
      "--tls-key-file", keyFile().toString(),
      "--tls-ca-cert-file", authorityFile().toString(),
      "--tls-auth-clients", "no"
    };
  }
}
