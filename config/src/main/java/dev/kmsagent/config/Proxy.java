package dev.kmsagent.config;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP proxy through which calls leave the machine; loopback and instance metadata are always
 * reached directly.
 *
 * @param exceptions the entries of {@code NO_PROXY}, in its syntax
 */
public record Proxy(String host, int port, Optional<Login> login, List<String> exceptions) {
  public Proxy {
    exceptions = List.copyOf(exceptions);
  }

  /** The login to the proxy, by Basic authentication. */
  public record Login(String user, ConfidentialText password) {
    private static Login of(String userInfo) {
      var parts = userInfo.split(":", 2);
      return new Login(parts[0], new ConfidentialText(parts.length == 1 ? "" : parts[1]));
    }
  }

  /** A URL, {@code http://user:password@host:port}. */
  static ValueType<Proxy> type() {
    return ValueTypes.text(
        "http://host:port or http://user:password@host:port", Proxy::parse, Proxy::shown);
  }

  /** The proxy for all hosts but those of {@code NO_PROXY}. */
  Proxy except(String noProxy) {
    var hosts = Arrays.stream(noProxy.split("[,\\s]+")).filter(entry -> !entry.isEmpty()).toList();
    return new Proxy(host, port, login, hosts);
  }

  private static Parsed<Proxy> parse(String text) {
    try {
      var url = new URI(text);
      var login = Optional.ofNullable(url.getUserInfo()).map(Login::of);
      var proxy = HostPort.of(url).filter(_ -> "http".equalsIgnoreCase(url.getScheme()));
      return ValueTypes.orInvalid(proxy, "is no URL of an HTTP proxy")
          .map(host -> host.over(Protocol.HTTP))
          .map(it -> new Proxy(it.host(), it.port(), login, List.of()));
    } catch (URISyntaxException malformed) {
      return new Parsed.Invalid<>("is no URL");
    }
  }

  private String shown() {
    return TomlValue.literal("http://" + login.map(_ -> "***@").orElse("") + host + ":" + port);
  }
}
