package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.checked;
import static dev.kmsagent.config.schema.ValueTypes.list;
import static dev.kmsagent.config.schema.ValueTypes.seconds;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType.Parsed;
import dev.kmsagent.config.schema.Values;
import java.time.Duration;
import java.util.List;

/** Whether the main listener is a read-only Vault to its clients, on when a mount is given. */
public sealed interface VaultConfig {

  /** Vault's routes do not exist. */
  record Off() implements VaultConfig {}

  /**
   * Everything below {@code /v1/} belongs to Vault's routes.
   *
   * @param mount the path of the only KV engine, without slashes at its ends
   * @param kvVersion of that engine, 1 or 2
   * @param lease the lease that a read secret gets; zero is none
   * @param listed the names that a list answers
   */
  record On(String mount, int kvVersion, Duration lease, List<String> listed)
      implements VaultConfig {

    public On {
      listed = List.copyOf(listed);
      if (kvVersion < 1 || kvVersion > 2) {
        throw new IllegalArgumentException("the KV engine has version 1 or 2, not " + kvVersion);
      }
    }
  }

  /** The keys of {@code [Server]} that concern Vault's clients. */
  final class Keys extends Table<VaultConfig> {
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
                    "a path of letters, digits and `._-`, which does not begin with `sys` or `auth`",
                    Keys::mount,
                    TomlValue::literal),
                unset("off", "\"secret\""))
            .means(
                "serve clients of HashiCorp Vault: the path of the KV engine that they read, "
                    + "usually `secret`; all paths below `/v1/` are then Vault's");
    private final ConfigKey<Integer> kvVersion =
        key("VaultKvVersion", whole(1, 2), 2).means("the version of that KV engine");
    private final ConfigKey<Duration> lease =
        key("VaultLeaseSeconds", seconds(0, LONGEST_LEASE), Duration.ZERO)
            .means(
                "the `lease_duration` of secrets, after which Spring Cloud reads them again; with "
                    + "0 it reads them once");
    private final ConfigKey<List<String>> listed =
        key(
                "ListSecrets",
                list("a list of secret names", CacheConfig.Keys::isSecretName),
                List.of())
            .means("the names that a list by a Vault client answers; without them it gets 405");

    /** The keys, given that the answers are Vault's. */
    Keys(Condition isVault) {
      super("Server");
      demand(
          Rule.onlyWith("`Server.VaultMount` requires `Server.ResponseType = 2`", isVault, mount));
      demand(
          onlyWithMount(kvVersion, 2),
          onlyWithMount(lease, Duration.ZERO),
          onlyWithMount(listed, List.of()));
    }

    /** Its default may be written down in any case. */
    private <T> Rule onlyWithMount(ConfigKey<T> key, T standard) {
      return Rule.on(
          "`VaultKvVersion`, `VaultLeaseSeconds` and `ListSecrets` require `Server.VaultMount`",
          values -> mount.findIn(values).isPresent() || key.in(values).equals(standard),
          values -> key.problemIn(values, "is of no use without " + mount.path(), "its default"),
          key,
          mount);
    }

    private static Parsed<String> mount(String text) {
      var path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
      return checked(path, it -> it.matches(MOUNT), "is no path of a KV engine");
    }

    @Override
    public VaultConfig build(Values values) {
      return mount
          .findIn(values)
          .<VaultConfig>map(
              path -> new On(path, kvVersion.in(values), lease.in(values), listed.in(values)))
          .orElseGet(Off::new);
    }
  }
}
