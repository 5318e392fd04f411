package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.port.AgentEvents;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Sets the JDK's HTTP client up as the settings say: HTTP/1.1, no redirects followed. */
final class HttpClients {
  private final KmsSettings settings;
  private final Executor executor;
  private final TrustManager @Nullable [] trusted;

  private HttpClients(KmsSettings settings, Executor executor, TrustManager @Nullable [] trusted) {
    this.settings = settings;
    this.executor = executor;
    this.trusted = trusted;
  }

  /** Reads the file of authorities, if there is one, and makes no client yet. */
  static HttpClients of(KmsSettings settings, Executor executor, AgentEvents events) {
    return new HttpClients(settings, executor, trustManagers(settings.trust(), events));
  }

  HttpClient create() {
    var client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .sslContext(tls())
            .executor(executor);
    return through(settings.proxying(), client).build();
  }

  private static HttpClient.Builder through(Proxying proxying, HttpClient.Builder client) {
    return switch (proxying) {
      case Proxying.Direct _ -> client.proxy(HttpClient.Builder.NO_PROXY);
      case Proxying.Through through ->
          withLogin(through.login(), client.proxy(new ProxyRules(through)));
    };
  }

  private static HttpClient.Builder withLogin(Proxying.Login login, HttpClient.Builder client) {
    return switch (login) {
      case Proxying.Login.Anonymous _ -> client;
      case Proxying.Login.Basic(var account) -> client.authenticator(new ProxyLogin(account));
    };
  }

  private SSLContext tls() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, trusted, null);
      return context;
    } catch (GeneralSecurityException brokenJdk) {
      throw new IllegalStateException("this Java has no TLS", brokenJdk);
    }
  }

  private static TrustManager @Nullable [] trustManagers(Trust trust, AgentEvents events) {
    return switch (trust) {
      case Trust.SystemAuthorities _ -> null;
      case Trust.AlsoFrom(var pemFile) ->
          new TrustManager[] {new ReloadingAuthorities(pemFile, events)};
    };
  }

  /** Answers the proxy, and nobody else. */
  private static final class ProxyLogin extends Authenticator {
    private final PasswordAuthentication account;

    ProxyLogin(PasswordAuthentication account) {
      this.account = account;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      return getRequestorType() == RequestorType.PROXY ? account : null;
    }
  }
}
