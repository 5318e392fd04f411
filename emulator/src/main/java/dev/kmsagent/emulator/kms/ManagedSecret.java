package dev.kmsagent.emulator.kms;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * How KMS rotates a secret. Of two accounts each rotation changes the one that is not in use.
 *
 * @param accounts of a database or an instance; of a RAM user the id of the first AccessKey
 * @param interval between automatic rotations; zero for none
 * @param window how long the AccessKey before a rotation is still accepted
 * @param gap between the change of the password and that of the version
 */
public record ManagedSecret(
    ManagedType type,
    List<String> accounts,
    Duration interval,
    Duration window,
    RotationHook hook,
    Duration gap,
    RotationHook.Order order) {
  /** How long an old AccessKey is accepted, unless it is set: the least that KMS allows. */
  public static final Duration WINDOW = Duration.ofMinutes(10);

  public ManagedSecret {
    accounts = List.copyOf(accounts);
  }

  /** One that is rotated on request, without a hook. */
  public static ManagedSecret of(ManagedType type, String... accounts) {
    return new ManagedSecret(
        type,
        List.of(accounts),
        Duration.ZERO,
        WINDOW,
        RotationHook.NONE,
        Duration.ZERO,
        RotationHook.Order.PASSWORD_FIRST);
  }

  /** The same, rotated at this interval. */
  public ManagedSecret every(Duration time) {
    return new ManagedSecret(type, accounts, time, window, hook, gap, order);
  }

  /** The same, with this time for which an old AccessKey is accepted. */
  public ManagedSecret window(Duration time) {
    return new ManagedSecret(type, accounts, interval, time, hook, gap, order);
  }

  /** The same, whose rotations change a password, and at another moment the version. */
  public ManagedSecret changing(RotationHook other, RotationHook.Order first, Duration time) {
    return new ManagedSecret(type, accounts, interval, window, other, time, first);
  }

  /** The first account is current; another is previous, with the same password. */
  SecretVersions first(String password) {
    var versions = new ArrayList<StoredVersion>();
    var stage = StoredVersion.CURRENT;
    for (var account : accounts) {
      var value = type.value(account, password);
      versions.addFirst(StoredVersion.undated(newId(), value, List.of(stage)));
      stage = StoredVersion.PREVIOUS;
    }
    return new SecretVersions(versions);
  }

  /** The value that follows one. */
  StoredValue after(StoredValue current) {
    var used = type.account(current);
    var free = accounts.stream().filter(account -> !account.equals(used)).findFirst();
    var account = type == ManagedType.RAM ? "LTAI" + text() : free.orElse(used);
    return type.value(account, text());
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }

  private static String text() {
    return newId().replace("-", "");
  }

  /** The configuration as GetSecretValue returns it. */
  String extendedConfig() {
    var subType =
        switch (type) {
          case RAM -> "RamUserAccessKey";
          case ECS -> "Password";
          case RDS, POLAR_DB, REDIS -> accounts.size() == 1 ? "SingleUser" : "DoubleUsers";
        };
    return "{\"SecretSubType\":\"%s\",\"CustomData\":{}}".formatted(subType);
  }
}
