package dev.kmsagent.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.function.BiFunction;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads secrets from the agent, by HTTP without a proxy. It keeps no value: each read is a request,
 * with the token that its file has then. Safe for use by several threads.
 */
public final class AgentClient {
  static final String ACCOUNT_FIELD = "AccountName";
  static final String PASSWORD_FIELD = "AccountPassword";

  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  /** More than the agent waits for KMS. */
  private static final int TIMEOUT_MILLIS = 15_000;

  private final String url;
  private final String token;
  private final @Nullable String caFile;

  /** Kept, because connections are used again only with the same factory. */
  private volatile @Nullable SSLSocketFactory sockets;

  /**
   * A client with these settings: the agent's address in {@code KMS_URL}, by default {@code
   * http://127.0.0.1:2025}; the token, or its file, in {@code KMS_TOKEN}, by default {@code
   * file:///var/run/kmstoken/token}; with {@code https}, the authorities to trust in the file
   * {@code KMS_CA_FILE}, by default those of the JVM.
   */
  public AgentClient(Map<String, String> settings) {
    url = settings.getOrDefault("KMS_URL", "http://127.0.0.1:2025").replaceFirst("/+$", "");
    token = settings.getOrDefault("KMS_TOKEN", "file:///var/run/kmstoken/token");
    caFile = settings.get("KMS_CA_FILE");
  }

  /** A client with the settings of the environment, as pods have them. */
  public static AgentClient fromEnvironment() {
    return new AgentClient(System.getenv());
  }

  /**
   * Reads fields of the version in use, each as its text.
   *
   * @throws AgentException if the agent does not give all of them
   */
  public SecretFields read(String secretName, String... fields) {
    return read(secretName, Arrays.asList(fields), Collections.emptySet());
  }

  /**
   * Reads fields of a version that is none of those that a database or service has refused. The
   * agent asks KMS for it, at a limited rate.
   *
   * @throws AgentException with the status 409 as long as KMS has no other version
   */
  public SecretFields read(
      String secretName, Collection<String> fields, Collection<String> rejectedVersions) {
    return read(secretName, fields, rejectedVersions, TIMEOUT_MILLIS);
  }

  /**
   * Makes one object of account and password of one version of a database secret, for a pool that
   * asks for both together, such as HikariCP 7.1: {@code config.setCredentialsProvider(() ->
   * client.login("app/db", Credentials::of))}.
   *
   * @throws AgentException if the agent does not give them
   */
  public <T> T login(String secretName, BiFunction<String, String, T> make) {
    SecretFields fields = read(secretName, ACCOUNT_FIELD, PASSWORD_FIELD);
    return make.apply(fields.get(ACCOUNT_FIELD), fields.get(PASSWORD_FIELD));
  }

  /** The same within a time. */
  SecretFields read(
      String secretName, Collection<String> fields, Collection<String> rejected, long millis) {
    try {
      HttpURLConnection answer = open(query(secretName, fields, rejected), millis);
      int status = answer.getResponseCode();
      if (status != 200) {
        String refusal = "The KMS agent refused " + secretName + ": " + status + " ";
        throw new AgentException(status, refusal + text(answer.getErrorStream(), 1_000), null);
      }
      String version = answer.getHeaderField("X-KMS-Version-Id");
      check(version != null, "it has no header X-KMS-Version-Id");
      version = URLDecoder.decode(version, "UTF-8");
      check(!rejected.contains(version), "it is of a rejected version");
      Map<String, String> values = FlatJson.parse(text(answer.getInputStream(), 1 << 20));
      check(values.keySet().containsAll(fields), "it lacks a field");
      return new SecretFields(version, values);
    } catch (IllegalArgumentException e) {
      String message = "The KMS agent's answer for " + secretName + " is wrong: " + e.getMessage();
      throw new AgentException(200, message, e);
    } catch (IOException e) {
      if (e instanceof SSLException) {
        sockets = null; // The file of authorities may have changed.
      }
      String message = "The KMS agent at " + url + " does not answer for " + secretName + ": " + e;
      throw new AgentException(0, message, e);
    }
  }

  private static String query(String name, Collection<String> fields, Collection<String> rejected)
      throws IOException {
    StringBuilder query = new StringBuilder("/secretsmanager/get?secretId=");
    query.append(URLEncoder.encode(name, "UTF-8"));
    query.append("&fields=").append(URLEncoder.encode(String.join(",", fields), "UTF-8"));
    for (String version : rejected) {
      query.append("&rejected=").append(URLEncoder.encode(version, "UTF-8"));
    }
    return query.toString();
  }

  private HttpURLConnection open(String query, long millis) throws IOException {
    HttpURLConnection request =
        (HttpURLConnection) new URL(url + query).openConnection(Proxy.NO_PROXY);
    if (request instanceof HttpsURLConnection && caFile != null) {
      SSLSocketFactory kept = sockets;
      kept = kept == null ? trusting(caFile) : kept;
      sockets = kept;
      ((HttpsURLConnection) request).setSSLSocketFactory(kept);
    }
    request.setInstanceFollowRedirects(false);
    request.setUseCaches(false);
    request.setConnectTimeout((int) Math.min(CONNECT_TIMEOUT_MILLIS, millis));
    request.setReadTimeout((int) Math.min(TIMEOUT_MILLIS, millis));
    request.setRequestProperty("X-KMS-Token", token());
    return request;
  }

  /** The file is read for each request; what the JDK would refuse and quote is refused here. */
  private String token() throws IOException {
    String path = token.replaceFirst("^file://", "");
    boolean isFile = path.startsWith("/");
    String text = isFile ? new String(Files.readAllBytes(Paths.get(path)), UTF_8).trim() : token;
    if (!text.matches("[ -~]+")) {
      throw new IOException("KMS_TOKEN or its file holds no token of one line");
    }
    return text;
  }

  private static SSLSocketFactory trusting(String authorities) throws IOException {
    try (InputStream in = Files.newInputStream(Paths.get(authorities))) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("authority " + trusted.size(), each);
      }
      TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException(authorities + " holds no certificates in PEM", e);
    }
  }

  private static void check(boolean right, String wrong) {
    if (!right) {
      throw new IllegalArgumentException(wrong);
    }
  }

  /** The beginning of a body. */
  private static String text(@Nullable InputStream body, int most) throws IOException {
    try (InputStream in = body) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[1024];
      for (int n = 0; n >= 0 && in != null && bytes.size() < most; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
      }
      return bytes.toString("UTF-8");
    }
  }
}
