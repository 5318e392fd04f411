package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.ManagedType;
import dev.kmsagent.emulator.kms.RotationHook;
import dev.kmsagent.emulator.kms.StoredSecret;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a {@code [[secret]]} table with a type: a secret that KMS rotates. */
record ManagedReader(SeedTable table, ManagedType type) {
  private static final String TYPES = "Rds|PolarDB|Redis|RAMCredentials|ECS";
  private static final String DURATION = "\\d{1,5}(\\.\\d{1,3})?s|\\d{1,5}[mhd]";

  /** The secret; empty if it is none. Problems are added to the table. */
  static Optional<StoredSecret> secret(SeedTable table, String name, StoredSecret.Access access) {
    return table
        .required("type", TYPES)
        .flatMap(ManagedType::of)
        .map(type -> new ManagedReader(table, type))
        .flatMap(reader -> reader.secret(name, access));
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
      table.problem("needs accounts; different ones, as many as " + type.numbersOfAccounts());
    }
    return accounts;
  }

  private ManagedSecret managed(List<String> accounts) {
    var managed = ManagedSecret.of(type, accounts.toArray(String[]::new));
    managed = duration("rotation").map(managed::every).orElse(managed);
    managed = duration("window").map(managed::window).orElse(managed);
    var command = table.strings("hook");
    var hook = command.isEmpty() ? RotationHook.NONE : new ProgramHook(command);
    var order =
        optional("order", "(password|version)-first")
            .map(
                text -> RotationHook.Order.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_')))
            .orElse(RotationHook.Order.PASSWORD_FIRST);
    return managed.changing(hook, order, duration("gap").orElse(Duration.ZERO));
  }

  private Optional<Duration> duration(String key) {
    return optional(key, DURATION)
        .map(text -> Duration.parse((text.endsWith("d") ? "P" : "PT") + text));
  }

  private Optional<String> optional(String key, String pattern) {
    return table.has(key)
        ? table.required(key, pattern).filter(text -> text.matches(pattern))
        : Optional.empty();
  }
}
