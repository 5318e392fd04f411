package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.checked;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.text;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.domain.Parsed;
import java.time.Duration;
import java.util.Optional;

/**
 * The main listener as a read-only Vault to its clients: everything below {@code /v1/} belongs to
 * Vault's routes.
 *
 * @param mount the path of the only KV engine, without slashes at its ends
 * @param lease the lease that a read secret gets; zero is none
 */
public record VaultConfig(String mount, Duration lease) {

  /** The keys of {@code [Server]} that concern Vault's clients. */
  static final class Keys extends Table<Optional<VaultConfig>> {
    /** Segments that are no dot segments; the first is none of Vault's own. */
    private static final String MOUNT =
        "(?!(sys|auth|identity|cubbyhole)(/|$))[A-Za-z0-9_-][A-Za-z0-9._-]*"
            + "(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

    /** Vault's own bound, which clients know: 32 days. */
    private static final int LONGEST_LEASE = 2_764_800;

    private final ConfigKey<String> mount =
        key(
            "VaultMount",
            text(
                "a path of letters, digits and `._-`, which does not begin with `sys` or"
                    + " `auth`",
                Keys::mount,
                TomlValue::literal),
            unset("off"));
    private final ConfigKey<Duration> lease =
        key("VaultLeaseSeconds", seconds(0, LONGEST_LEASE), Duration.ZERO);

    Keys() {
      super("Server");
      demand(
          Rule.on(
              "`VaultLeaseSeconds` requires `Server.VaultMount`",
              values -> mount.findIn(values).isPresent() || lease.in(values).equals(Duration.ZERO),
              values ->
                  lease.problemIn(values, "is of no use without " + mount.path(), "its default"),
              lease,
              mount));
    }

    private static Parsed<String> mount(String text) {
      var path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
      return checked(path, it -> it.matches(MOUNT), "is no path of a KV engine");
    }

    @Override
    public Optional<VaultConfig> build(Values values) {
      return mount.findIn(values).map(path -> new VaultConfig(path, lease.in(values)));
    }
  }
}
