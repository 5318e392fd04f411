package dev.kmsagent.config;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.Endpoint.Protocol;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueType.Parsed;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.domain.ConfidentialText;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How calls leave the machine; loopback and instance metadata are always reached directly. */
public sealed interface Proxy {

  /** No proxy. */
  record Direct() implements Proxy {}

  /**
   * An HTTP proxy.
   *
   * @param exceptions the entries of {@code NO_PROXY}, in its syntax
   */
  record Through(String host, int port, Login login, List<String> exceptions) implements Proxy {
    public Through {
      exceptions = List.copyOf(exceptions);
    }

    /** A URL, {@code http://user:password@host:port}. */
    static ValueType<Through> type() {
      return ValueTypes.text(
          "http://host:port or http://user:password@host:port", Through::parse, Through::shown);
    }

    /** The proxy for all hosts but those of {@code NO_PROXY}. */
    Through except(String noProxy) {
      var hosts =
          Arrays.stream(noProxy.split("[,\\s]+")).filter(entry -> !entry.isEmpty()).toList();
      return new Through(host, port, login, hosts);
    }

    private static Parsed<Through> parse(String text) {
      try {
        var url = new URI(text);
        var proxy = HostPort.of(url).filter(_ -> "http".equalsIgnoreCase(url.getScheme()));
        return ValueTypes.orInvalid(proxy, "is no URL of an HTTP proxy")
            .map(host -> host.over(Protocol.HTTP))
            .map(it -> new Through(it.host(), it.port(), Login.of(url.getUserInfo()), List.of()));
      } catch (URISyntaxException malformed) {
        return new Parsed.Invalid<>("is no URL");
      }
    }

    private static String shown(Through proxy) {
      var login = proxy.login instanceof Login.Basic ? "***@" : "";
      return TomlValue.literal("http://" + login + proxy.host + ":" + proxy.port);
    }
  }

  /** The login to the proxy. */
  sealed interface Login {

    /** Nothing. */
    record Anonymous() implements Login {}

    /** Basic authentication. */
    record Basic(String user, ConfidentialText password) implements Login {}

    private static Login of(@Nullable String userInfo) {
      if (userInfo == null) {
        return new Anonymous();
      }
      var parts = userInfo.split(":", 2);
      return new Basic(parts[0], new ConfidentialText(parts.length == 1 ? "" : parts[1]));
    }
  }
}
