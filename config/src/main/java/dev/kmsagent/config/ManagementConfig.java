package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.address;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import java.net.InetAddress;

/** The table {@code [Management]}: the listener for health and metrics, on when a port is given. */
public sealed interface ManagementConfig {

  /** No management listener. */
  record Off() implements ManagementConfig {}

  /** A management listener at this address. */
  record On(ListenAddress listen) implements ManagementConfig {}

  /** The keys of {@code [Management]}. */
  final class Keys extends Table<ManagementConfig> {
    private final ConfigKey<InetAddress> address =
        key("Address", address(), InetAddress.ofLiteral("0.0.0.0"))
            .means("the address to listen on; no secret is served here");
    private final ConfigKey<Integer> port =
        key("Port", whole(1, 65535), unset("off", "9090"))
            .means(
                "the port of `/ping`, `/healthz`, `/readyz` and `/metrics`; without it the "
                    + "listener is off");

    Keys() {
      super("Management");
    }

    @Override
    public ManagementConfig build(Values values) {
      return port.findIn(values)
          .<ManagementConfig>map(number -> new On(new ListenAddress(address.in(values), number)))
          .orElseGet(Off::new);
    }
  }
}
