package dev.kmsagent.config.loading;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A proxy as a URL, {@code http://user:password@host:port}. */
final class ProxyUrl {
  static final String VARIABLE = "HTTPS_PROXY";
  static final Shape<Proxy.Through> SHAPE =
      Shapes.text(
          "http://host:port or http://user:password@host:port", ProxyUrl::read, ProxyUrl::shown);

  private static final int STANDARD_PORT = 80;

  private ProxyUrl() {}

  /** The proxy for all but the hosts of a {@code NO_PROXY}. */
  static Proxy.Through sparing(Proxy.Through proxy, Optional<String> noProxy) {
    List<String> exceptions =
        Arrays.stream(noProxy.orElse("").split("[,\\s]+")).filter(host -> !host.isEmpty()).toList();
    return new Proxy.Through(proxy.host(), proxy.port(), proxy.login(), exceptions);
  }

  private static Reading<Proxy.Through> read(String text) {
    try {
      return proxy(new URI(text));
    } catch (URISyntaxException malformed) {
      return new Reading.Bad<>("is no URL");
    }
  }

  private static Reading<Proxy.Through> proxy(URI url) {
    if (!"http".equalsIgnoreCase(url.getScheme()) || url.getHost() == null) {
      return new Reading.Bad<>("is no URL of an HTTP proxy");
    }
    int port = url.getPort() < 0 ? STANDARD_PORT : url.getPort();
    return new Reading.Good<>(
        new Proxy.Through(url.getHost(), port, login(url.getUserInfo()), List.of()));
  }

  private static Proxy.Login login(@Nullable String userInfo) {
    if (userInfo == null) {
      return new Proxy.Login.Anonymous();
    }
    int colon = userInfo.indexOf(':');
    return colon < 0
        ? new Proxy.Login.Basic(userInfo, new ConfidentialText(""))
        : new Proxy.Login.Basic(
            userInfo.substring(0, colon), new ConfidentialText(userInfo.substring(colon + 1)));
  }

  private static String shown(Proxy.Through proxy) {
    String login = proxy.login() instanceof Proxy.Login.Basic ? "***@" : "";
    return Literal.of("http://" + login + proxy.host() + ":" + proxy.port());
  }
}
