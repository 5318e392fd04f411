package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.ManagedType;
import dev.kmsagent.emulator.kms.RotationHook;
import dev.kmsagent.emulator.kms.StoredSecret;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Reads a {@code [[secret]]} table with a type: a secret that KMS rotates. */
final class ManagedReader {
  private static final String DURATION = "[1-9]\\d{0,8}(ms|s|m|h|d)";

  private final SeedTable table;

  private ManagedReader(SeedTable table) {
    this.table = table;
  }

  /** The secret; empty, with problems added, if it is none. */
  static Optional<StoredSecret> secret(SeedTable table, String name, StoredSecret.Access access) {
    var type = table.string("type").flatMap(ManagedType::of);
    if (type.isEmpty()) {
      table.problemAt("type", "must be one of " + ManagedType.names());
    }
    return type.flatMap(it -> new ManagedReader(table).secret(it, name, access));
  }

  private Optional<StoredSecret> secret(ManagedType type, String name, StoredSecret.Access access) {
    var isKey = type == ManagedType.RAM;
    if (isKey) {
      table.allow("name", "deny", "type", "rotation", "id", "secret", "window");
    } else {
      table.allow(
          "name", "deny", "type", "rotation", "accounts", "password", "hook", "order", "gap");
    }
    var accounts = isKey ? table.required("id", SeedReader.KEY_ID).stream().toList() : accounts();
    if (!isKey && !type.numbersOfAccounts().contains(accounts.size())) {
      table.problemAt("accounts", "of " + type.apiName() + " are " + type.numbersOfAccounts());
    }
    var managed = managed(type, accounts);
    return table
        .required(isKey ? "secret" : "password", ".+")
        .filter(_ -> !accounts.isEmpty())
        .map(password -> StoredSecret.managed(name, managed, password, access));
  }

  private List<String> accounts() {
    return table.strings("accounts").stream().distinct().toList();
  }

  private ManagedSecret managed(ManagedType type, List<String> accounts) {
    var managed = ManagedSecret.of(type, accounts.toArray(String[]::new));
    managed = duration("rotation").map(managed::every).orElse(managed);
    managed = duration("window").map(managed::window).orElse(managed);
    var command = table.strings("hook");
    var hook = command.isEmpty() ? RotationHook.NONE : new ProgramHook(command);
    return managed.changing(hook, order(), duration("gap").orElse(Duration.ZERO));
  }

  private RotationHook.Order order() {
    var order = table.has("order") ? table.required("order", "(password|version)-first") : empty();
    return order.filter("version-first"::equals).isPresent()
        ? RotationHook.Order.VERSION_FIRST
        : RotationHook.Order.PASSWORD_FIRST;
  }

  private static Optional<String> empty() {
    return Optional.empty();
  }

  private Optional<Duration> duration(String key) {
    return table.has(key)
        ? table.required(key, DURATION).filter(text -> text.matches(DURATION)).map(this::parse)
        : Optional.empty();
  }

  private Duration parse(String text) {
    var digits = text.replaceAll("\\D", "");
    var unit =
        switch (text.substring(digits.length())) {
          case "ms" -> ChronoUnit.MILLIS;
          case "s" -> ChronoUnit.SECONDS;
          case "m" -> ChronoUnit.MINUTES;
          case "h" -> ChronoUnit.HOURS;
          default -> ChronoUnit.DAYS;
        };
    return Duration.of(Long.parseLong(digits), unit);
  }
}
