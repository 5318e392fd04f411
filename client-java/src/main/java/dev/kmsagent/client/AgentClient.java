package dev.kmsagent.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final int MOST_BYTES = 1 << 20;

  private final String url;
  private final TokenSource tokens;
  private final @Nullable Path caFile;
  private final int timeoutMillis;

  /** Kept, because connections are used again only with the same factory. */
  private volatile @Nullable SSLSocketFactory sockets;

  /** Gives the token of a request. */
  private interface TokenSource {
    String current() throws IOException;

    /** The file is read for each request; a newline at its end is no part of the token. */
    static TokenSource of(Path file) {
      return () ->
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replaceFirst("\\r?\\n$", "");
    }
  }

  private AgentClient(Builder from) {
    this.url = from.url.replaceFirst("/+$", "");
    this.tokens = from.tokens;
    this.caFile = from.caFile;
    this.timeoutMillis = from.timeoutMillis;
  }

  /**
   * A client with what the environment says, as pods have it: the agent's address in {@code
   * KMS_URL}, by default {@code http://127.0.0.1:2025}; the token, or its file, in {@code
   * KMS_TOKEN}, by default {@code file:///var/run/kmstoken/token}; with {@code https}, the
   * authorities to trust in the file {@code KMS_CA_FILE}, by default those of the JVM.
   */
  public static AgentClient fromEnvironment() {
    return builder().build();
  }

  /** A builder that starts with what the environment says, see {@link #fromEnvironment()}. */
  public static Builder builder() {
    return new Builder(System.getenv());
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
    return read(secretName, fields, rejectedVersions, timeoutMillis);
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
      String text = text(status < 400 ? answer.getInputStream() : answer.getErrorStream());
      if (status != 200) {
        throw refusal(secretName, status, text);
      }
      String version = answer.getHeaderField("X-KMS-Version-Id");
      check(version != null, "it has no header X-KMS-Version-Id");
      version = URLDecoder.decode(version, "UTF-8");
      check(!rejected.contains(version), "it is of a rejected version");
      Map<String, String> values = FlatJson.parse(text);
      check(values.keySet().containsAll(fields), "it lacks a field");
      return new SecretFields(secretName, version, values);
    } catch (IllegalArgumentException e) {
      String message = "The KMS agent's answer for " + secretName + " is wrong: " + e.getMessage();
      throw new AgentException(200, "", message, e);
    } catch (IOException e) {
      if (e instanceof SSLException) {
        sockets = null; // The file of authorities may have changed.
      }
      String message = "The KMS agent at " + url + " does not answer for " + secretName + ": " + e;
      throw new AgentException(0, "", message, e);
    }
  }

  private static String query(
      String secretName, Collection<String> fields, Collection<String> rejected)
      throws IOException {
    StringBuilder query = new StringBuilder("/secretsmanager/get?secretId=");
    query.append(URLEncoder.encode(secretName, "UTF-8"));
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
      ((HttpsURLConnection) request).setSSLSocketFactory(sockets(caFile));
    }
    request.setInstanceFollowRedirects(false);
    request.setUseCaches(false);
    request.setConnectTimeout((int) Math.min(CONNECT_TIMEOUT_MILLIS, millis));
    request.setReadTimeout((int) Math.min(timeoutMillis, millis));
    request.setRequestProperty("X-KMS-Token", tokens.current());
    return request;
  }

  private SSLSocketFactory sockets(Path authorities) throws IOException {
    SSLSocketFactory made = sockets;
    if (made == null) {
      try {
        made = trusting(authorities).getSocketFactory();
      } catch (GeneralSecurityException e) {
        throw new IOException(authorities + " holds no certificates in PEM", e);
      }
      sockets = made;
    }
    return made;
  }

  private static SSLContext trusting(Path authorities)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(authorities)) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("authority " + trusted.size(), each);
      }
    }
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static void check(boolean right, String wrong) {
    if (!right) {
      throw new IllegalArgumentException(wrong);
    }
  }

  /** Of the agent's dialects, two have a code. */
  private static AgentException refusal(String secretName, int status, String text) {
    String code = "";
    try {
      Map<String, String> members = FlatJson.parse(text);
      code = members.getOrDefault("Code", members.getOrDefault("__type", ""));
    } catch (IllegalArgumentException otherDialect) {
      // The text of the message tells all.
    }
    String message = "The KMS agent refused " + secretName + ": " + status + " " + text;
    return new AgentException(status, code, message, null);
  }

  private static String text(@Nullable InputStream body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int n = 0; n >= 0 && body != null && bytes.size() < MOST_BYTES; n = body.read(buffer)) {
      bytes.write(buffer, 0, n);
    }
    return bytes.toString("UTF-8");
  }

  @Override
  public String toString() {
    return "AgentClient[" + url + "]";
  }

  /** Settings of a client; not for use by several threads. */
  public static final class Builder {
    private String url;
    private TokenSource tokens;
    private @Nullable Path caFile;
    private int timeoutMillis = 15_000;

    Builder(Map<String, String> environment) {
      this.url = environment.getOrDefault("KMS_URL", "http://127.0.0.1:2025");
      String token = environment.getOrDefault("KMS_TOKEN", "file:///var/run/kmstoken/token");
      String path = token.replaceFirst("^file://", "");
      this.tokens = path.startsWith("/") ? TokenSource.of(Paths.get(path)) : () -> token;
      String file = environment.get("KMS_CA_FILE");
      this.caFile = file == null ? null : Paths.get(file);
    }

    /** The agent's address, such as {@code http://127.0.0.1:2025}. */
    public Builder url(String address) {
      this.url = address;
      return this;
    }

    /** The file with the token, which is read for each request. */
    public Builder tokenFile(Path file) {
      this.tokens = TokenSource.of(file);
      return this;
    }

    /** The file in PEM with the authorities that are trusted if the address is {@code https}. */
    public Builder caFile(Path file) {
      this.caFile = file;
      return this;
    }

    /** How long to wait for an answer; by default 15 seconds, more than the agent waits for KMS. */
    public Builder timeoutMillis(int millis) {
      this.timeoutMillis = millis;
      return this;
    }

    /** Makes the client; no request is sent. */
    public AgentClient build() {
      return new AgentClient(this);
    }
  }
}
