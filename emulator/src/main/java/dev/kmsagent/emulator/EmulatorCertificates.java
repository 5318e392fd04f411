package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority and a server certificate for TLS on loopback, made by the JDK's {@code
 * keytool}. The password of the key store is public: trust these certificates only in tests.
 */
public final class EmulatorCertificates {
  private static final String PHRASE = "emulator";
  private static final String AUTHORITY = "authority";
  private static final String SERVER = "server";

  private final KeyStore keys;
  private final Path caFile;

  private EmulatorCertificates(KeyStore keys, Path caFile) {
    this.keys = keys;
    this.caFile = caFile;
  }

  /**
   * Creates an authority and a certificate for {@code localhost} and 127.0.0.1, and writes the
   * authority to {@code ca.pem} in an existing folder.
   *
   * @throws IOException when keytool cannot be run or fails
   */
  public static EmulatorCertificates in(Path folder) throws IOException, InterruptedException {
    return in(folder, "dns:localhost,ip:127.0.0.1");
  }

  /**
   * The same with other names in the certificate, in keytool's form, e.g. {@code
   * dns:other.example}.
   */
  public static EmulatorCertificates in(Path folder, String names)
      throws IOException, InterruptedException {
    Path store = folder.resolve("emulator.p12");
    keytool(store, AUTHORITY, "CN=Emulator test authority", "-ext", "bc:c");
    keytool(store, SERVER, "CN=localhost", "-ext", "san=" + names, "-signer", AUTHORITY);
    try {
      KeyStore keys = load(store);
      Path caFile =
          Files.writeString(folder.resolve("ca.pem"), pem(keys.getCertificate(AUTHORITY)));
      return new EmulatorCertificates(keys, caFile);
    } catch (GeneralSecurityException e) {
      throw new IOException("keytool wrote no usable certificate", e);
    }
  }

  /** The certificate of the authority in PEM, for clients. */
  public Path caFile() {
    return caFile;
  }

  /** The context of a server, with its certificate and that of the authority. */
  public SSLContext server() throws GeneralSecurityException {
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PHRASE.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** The context of a client that trusts only this authority. */
  public SSLContext client() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(AUTHORITY, keys.getCertificate(AUTHORITY));
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static void keytool(Path store, String alias, String subject, String... more)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(keytool(), "-genkeypair", "-keystore", store.toString()));
    command.addAll(List.of("-storepass", PHRASE, "-alias", alias, "-dname", subject));
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + output.strip());
    }
  }

  /** The keytool of the running JDK, or the one on the path. */
  private static String keytool() {
    return ProcessHandle.current()
        .info()
        .command()
        .map(java -> Path.of(java).resolveSibling("keytool"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .orElse("keytool");
  }

  private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PHRASE.toCharArray());
    }
    return keys;
  }

  private static String pem(Certificate certificate) throws GeneralSecurityException {
    String lines =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
    return "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n";
  }
}
