package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority and a server certificate for TLS, made by the JDK's {@code keytool}. The
 * key of the authority is forgotten once it has signed. Trust these certificates only in tests.
 */
public final class EmulatorCertificates {
  private static final String PHRASE = "emulator";
  private static final String AUTHORITY = "authority";
  private static final String SERVER = "server";
  private static final String LOOPBACK = "dns:localhost,ip:127.0.0.1";
  private static final int YEARS = 3650;
  private static final int DAYS = 30;

  /** The store is deleted at once, so its password needs no slow derivation of keys. */
  private static final List<String> QUICK =
      List.of(
          "-J-XX:TieredStopAtLevel=1",
          "-J-XX:+UseSerialGC",
          "-J-Dkeystore.pkcs12.keyPbeIterationCount=1",
          "-J-Dkeystore.pkcs12.certPbeIterationCount=1",
          "-J-Dkeystore.pkcs12.macIterationCount=1");

  /** Of the server alone. */
  private final KeyStore keys;

  private final KeyManager[] keyManagers;
  private final Certificate authority;
  private final Path folder;

  private EmulatorCertificates(
      KeyStore keys, KeyManager[] keyManagers, Certificate authority, Path folder) {
    this.keys = keys;
    this.keyManagers = keyManagers;
    this.authority = authority;
    this.folder = folder;
  }

  /**
   * Creates an authority and a certificate for {@code localhost} and 127.0.0.1, and writes the
   * authority to {@code ca.pem} and {@code ca.p12} in an existing folder.
   *
   * @throws IOException when keytool cannot be run or fails
   */
  public static EmulatorCertificates in(Path folder) throws IOException, InterruptedException {
    return in(folder, LOOPBACK);
  }

  /**
   * The same with other names in the certificate, in keytool's form, e.g. {@code
   * dns:other.example}.
   */
  public static EmulatorCertificates in(Path folder, String names)
      throws IOException, InterruptedException {
    return in(folder, names, YEARS, List.of("-ext", "bc:c", "-ext", "ku:c=keyCertSign"));
  }

  /** The same for {@code localhost}, 127.0.0.1 and these hosts, for 30 days. */
  public static EmulatorCertificates forHosts(Path folder, List<String> hosts)
      throws IOException, InterruptedException {
    var names = Stream.concat(Stream.of(LOOPBACK), hosts.stream().map("dns:"::concat));
    var isAuthority = List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign");
    return in(folder, names.collect(joining(",")), DAYS, isAuthority);
  }

  private static EmulatorCertificates in(
      Path folder, String names, int days, List<String> extensions)
      throws IOException, InterruptedException {
    Path store = folder.resolve("emulator.p12");
    keytool(store, days, AUTHORITY, "CN=Emulator test authority", extensions);
    var signed = List.of("-ext", "san=" + names, "-signer", AUTHORITY);
    keytool(store, days, SERVER, "CN=localhost", signed);
    try {
      KeyStore keys = load(store);
      Files.delete(store);
      Certificate authority = keys.getCertificate(AUTHORITY);
      keys.deleteEntry(AUTHORITY);
      var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PHRASE.toCharArray());
      var made = new EmulatorCertificates(keys, managers.getKeyManagers(), authority, folder);
      made.writeAuthority();
      return made;
    } catch (GeneralSecurityException e) {
      throw new IOException("keytool wrote no usable certificate", e);
    }
  }

  private void writeAuthority() throws IOException, GeneralSecurityException {
    Files.writeString(caFile(), pem("CERTIFICATE", authority.getEncoded()));
    try (OutputStream out = Files.newOutputStream(trustStore())) {
      trusted().store(out, null);
    }
  }

  /**
   * Writes the certificate of the server to {@code server.pem}, and its key, for the owner only, to
   * {@code server.key}.
   */
  public void writeServer() throws IOException, GeneralSecurityException {
    var certificate = keys.getCertificate(SERVER).getEncoded();
    Files.writeString(folder.resolve("server.pem"), pem("CERTIFICATE", certificate));
    var key = keys.getKey(SERVER, PHRASE.toCharArray()).getEncoded();
    var ofOwner = Files.createTempFile(folder, null, null);
    Files.writeString(ofOwner, pem("PRIVATE KEY", key));
    Files.move(ofOwner, folder.resolve("server.key"), StandardCopyOption.REPLACE_EXISTING);
  }

  /** The certificate of the authority in PEM, for clients. */
  public Path caFile() {
    return folder.resolve("ca.pem");
  }

  /** The certificate of the authority as a trust store of Java, without a password. */
  public Path trustStore() {
    return folder.resolve("ca.p12");
  }

  /** The context of a server, with its certificate and that of the authority. */
  public SSLContext server() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers, null, null);
    return context;
  }

  /** The context of a client that trusts only this authority. */
  public SSLContext client() throws GeneralSecurityException, IOException {
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private KeyStore trusted() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(AUTHORITY, authority);
    return trusted;
  }

  private static void keytool(Path store, int days, String alias, String subject, List<String> more)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(keytool(), "-genkeypair", "-keystore", store.toString()));
    command.addAll(List.of("-storepass", PHRASE, "-alias", alias, "-dname", subject));
    command.addAll(QUICK);
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-validity", Integer.toString(days)));
    command.addAll(more);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + output.strip());
    }
  }

  private static String keytool() {
    return Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
  }

  private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PHRASE.toCharArray());
    }
    return keys;
  }

  private static String pem(String kind, byte[] der) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, lines, kind);
  }
}
