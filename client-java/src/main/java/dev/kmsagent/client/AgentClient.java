package dev.kmsagent.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
  /** The fields of KMS's database secrets. */
  static final String NAME_FIELD = "AccountName";

  static final String PASSWORD_FIELD = "AccountPassword";

  private static final int MOST_BYTES = 1 << 20;

  private final String url;
  private final TokenSource tokens;
  private final @Nullable Path caFile;
  private final int connectTimeoutMillis;
  private final int readTimeoutMillis;
  private volatile @Nullable SSLSocketFactory sockets;

  /** What gives the token of a request. */
  private interface TokenSource {
    String current() throws IOException;

    /** The file is read each time; a newline at its end is no part of the token. */
    static TokenSource of(Path file) {
      return () ->
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replaceFirst("\\r?\\n$", "");
    }
  }

  private AgentClient(Builder from) {
    this.url = from.url.replaceFirst("/+$", "");
    this.tokens = from.tokens;
    this.caFile = from.caFile;
    this.connectTimeoutMillis = from.connectTimeoutMillis;
    this.readTimeoutMillis = from.readTimeoutMillis;
  }

  /**
   * A client with what the environment says, as pods have it: the agent's address in {@code
   * KMS_URL}, by default {@code http://127.0.0.1:2025}; the token in {@code KMS_TOKEN}, by default
   * {@code file:///var/run/kmstoken/token}; with {@code https}, the authorities that are trusted in
   * the file {@code KMS_CA_FILE}, by default those of the JVM.
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
    return read(secretName, fields, rejectedVersions, readTimeoutMillis);
  }

  /**
   * Makes one value of the account and the password of one version of a database secret, for pools
   * that ask for both together: {@code config.setCredentialsProvider(() -> client.login("app/db",
   * Credentials::of))} with HikariCP 7.1.
   */
  public <T> T login(String secretName, BiFunction<String, String, T> make) {
    SecretFields fields = read(secretName, NAME_FIELD, PASSWORD_FIELD);
    return make.apply(fields.get(NAME_FIELD), fields.get(PASSWORD_FIELD));
  }

  SecretFields read(
      String secretName, Collection<String> fields, Collection<String> rejected, long millis) {
    StringBuilder address = new StringBuilder(url).append("/secretsmanager/get?secretId=");
    address.append(encode(secretName)).append("&fields=").append(encode(String.join(",", fields)));
    for (String version : rejected) {
      address.append("&rejected=").append(encode(version));
    }
    try {
      HttpURLConnection answer = open(address.toString(), millis);
      int status = answer.getResponseCode();
      String text = text(status < 400 ? answer.getInputStream() : answer.getErrorStream());
      if (status != 200) {
        throw refusal(secretName, status, text);
      }
      SecretFields found =
          found(secretName, fields, answer.getHeaderField("X-KMS-Version-Id"), text);
      if (rejected.contains(found.version())) {
        throw notAnAgent(secretName, "it gives the rejected version " + found.version());
      }
      return found;
    } catch (SSLException e) {
      sockets = null;
      throw unreachable(secretName, e);
    } catch (IOException e) {
      throw unreachable(secretName, e);
    }
  }

  private HttpURLConnection open(String address, long millis) throws IOException {
    HttpURLConnection request = (HttpURLConnection) new URL(address).openConnection(Proxy.NO_PROXY);
    if (request instanceof HttpsURLConnection && caFile != null) {
      ((HttpsURLConnection) request).setSSLSocketFactory(sockets(caFile));
    }
    request.setInstanceFollowRedirects(false);
    request.setUseCaches(false);
    request.setConnectTimeout((int) Math.max(1, Math.min(connectTimeoutMillis, millis)));
    request.setReadTimeout((int) Math.max(1, Math.min(readTimeoutMillis, millis)));
    request.setRequestProperty("X-KMS-Token", tokens.current());
    return request;
  }

  /** Kept, because connections are used again only with the same factory. */
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

  private static SecretFields found(
      String secretName, Collection<String> fields, @Nullable String version, String text) {
    try {
      Map<String, String> values = FlatJson.parse(text);
      if (version != null && values.keySet().containsAll(fields)) {
        return new SecretFields(secretName, decode(version), values);
      }
    } catch (IllegalArgumentException e) {
      throw notAnAgent(secretName, e.getMessage());
    }
    throw notAnAgent(secretName, "a field or the header X-KMS-Version-Id is missing");
  }

  private static AgentException notAnAgent(String secretName, @Nullable String what) {
    return new AgentException(
        200, "", "The answer for " + secretName + " is not that of the KMS agent: " + what);
  }

  /** Of the dialects of the agent, two have flat objects. */
  private static AgentException refusal(String secretName, int status, String text) {
    String code = "";
    String message = text.length() > 500 ? text.substring(0, 500) : text;
    try {
      Map<String, String> members = FlatJson.parse(text);
      code = members.getOrDefault("Code", members.getOrDefault("__type", ""));
      message = members.getOrDefault("Message", members.getOrDefault("message", ""));
    } catch (IllegalArgumentException otherDialect) {
      // The whole text is the message.
    }
    return new AgentException(
        status,
        code,
        "The KMS agent refused " + secretName + ": " + status + " " + code + ": " + message);
  }

  private AgentException unreachable(String secretName, IOException cause) {
    return new AgentException(
        "The KMS agent at " + url + " gave no answer for " + secretName + ": " + cause, cause);
  }

  private static String text(@Nullable InputStream body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (body != null) {
      try (InputStream in = body) {
        byte[] buffer = new byte[4096];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          bytes.write(buffer, 0, n);
          if (bytes.size() > MOST_BYTES) {
            throw new IOException("the answer has more than " + MOST_BYTES + " bytes");
          }
        }
      }
    }
    return bytes.toString("UTF-8");
  }

  private static String encode(String text) {
    try {
      return URLEncoder.encode(text, "UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), "UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    private int connectTimeoutMillis = 2_000;
    private int readTimeoutMillis = 15_000;

    Builder(Map<String, String> environment) {
      this.url = environment.getOrDefault("KMS_URL", "http://127.0.0.1:2025");
      String token = environment.getOrDefault("KMS_TOKEN", "/var/run/kmstoken/token");
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

    /** How long to wait for a connection to the agent; by default two seconds. */
    public Builder connectTimeoutMillis(int millis) {
      this.connectTimeoutMillis = millis;
      return this;
    }

    /** How long to wait for an answer; by default 15 seconds, more than the agent waits for KMS. */
    public Builder readTimeoutMillis(int millis) {
      this.readTimeoutMillis = millis;
      return this;
    }

    /** Makes the client; no request is sent. */
    public AgentClient build() {
      return new AgentClient(this);
    }
  }
}
