package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;
import static dev.kmsagent.config.loading.ConfigKey.unset;

import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ManagementConfig;
import java.net.InetAddress;
import java.util.List;

/** {@code [Management]}: health and metrics on a listener of their own. */
final class ManagementTable implements Table<ManagementConfig> {
  static final ConfigKey<InetAddress> ADDRESS =
      ours(
          "Management.Address",
          Shapes.address(),
          InetAddress.ofLiteral("0.0.0.0"),
          "where to listen; no secret is ever served here");
  static final ConfigKey<Integer> PORT =
      optional(
          ConfigKey.Kin.OURS,
          "Management.Port",
          Shapes.whole(1, 65535),
          unset("off", "9090"),
          "the port of `/ping`, `/healthz`, `/readyz` and `/metrics`; on when given");

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ADDRESS, PORT);
  }

  @Override
  public ManagementConfig assemble(Values values) {
    return values
        .find(PORT)
        .<ManagementConfig>map(
            port -> new ManagementConfig.On(new ListenAddress(values.get(ADDRESS), port)))
        .orElseGet(ManagementConfig.Off::new);
  }
}
