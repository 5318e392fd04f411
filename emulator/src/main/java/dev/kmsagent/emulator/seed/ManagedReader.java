package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.ManagedType;
import dev.kmsagent.emulator.kms.RotationHook;
import dev.kmsagent.emulator.kms.StoredSecret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads a {@code [[secret]]} table with a type: a secret that KMS rotates. */
record ManagedReader(SeedTable table, ManagedType type) {
  private static final String TYPES = "Rds|PolarDB|Redis|RAMCredentials|ECS";
  private static final String ORDERS = "(password|version)-first";
  private static final String DURATION = "\\d{1,5}(\\.\\d{1,3})?s|\\d{1,5}[mhd]";

  /** The secret; empty if it is none. Problems are added to the table. */
  static Optional<StoredSecret> secret(SeedTable table, String name, StoredSecret.Access access) {
    return table
        .required("type", TYPES)
        .flatMap(ManagedType::of)
        .flatMap(type -> new ManagedReader(table, type).secret(name, access));
  }

  private Optional<StoredSecret> secret(String name, StoredSecret.Access access) {
    var isKey = type == ManagedType.RAM;
    if (isKey) {
      table.allow("name", "deny", "type", "id", "secret", "rotation", "window");
    } else {
      table.allow(
          "name", "deny", "type", "accounts", "password", "rotation", "hook", "order", "gap");
    }
    var accounts =
        isKey ? table.required("id", SeedReader.KEY_ID).stream().toList() : differentAccounts();
    var managed = managed(accounts);
    return table
        .required(isKey ? "secret" : "password", ".+")
        .filter(_ -> !accounts.isEmpty())
        .map(password -> StoredSecret.managed(name, managed, password, access));
  }

  private List<String> differentAccounts() {
    var accounts = table.strings("accounts").stream().distinct().toList();
    if (!type.numbersOfAccounts().contains(accounts.size())) {
      table.problem("needs accounts: different ones, as many as " + type.numbersOfAccounts());
    }
    return accounts;
  }

  private ManagedSecret managed(List<String> accounts) {
    var command = table.strings("hook");
    var hook = command.isEmpty() ? RotationHook.NONE : new ProgramHook(command);
    var order = table.has("order") ? table.required("order", ORDERS) : Optional.of("");
    var first = order.filter("version-first"::equals).map(_ -> RotationHook.Order.VERSION_FIRST);
    return ManagedSecret.of(type, accounts.toArray(String[]::new))
        .every(duration("rotation", Duration.ZERO))
        .window(duration("window", ManagedSecret.WINDOW))
        .changing(
            hook, first.orElse(RotationHook.Order.PASSWORD_FIRST), duration("gap", Duration.ZERO));
  }

  private Duration duration(String key, Duration otherwise) {
    var text = table.string(key);
    text.filter(it -> !it.matches(DURATION))
        .ifPresent(_ -> table.problemAt(key, "must be a time such as 0.5s, 30m, 12h or 7d"));
    return text.filter(it -> it.matches(DURATION))
        .map(it -> Duration.parse((it.endsWith("d") ? "P" : "PT") + it))
        .orElse(otherwise);
  }
}
