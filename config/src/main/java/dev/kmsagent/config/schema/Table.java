package dev.kmsagent.config.schema;

import dev.kmsagent.config.schema.ConfigKey.DefaultValue;
import dev.kmsagent.config.schema.Rule.Condition;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of {@code config.toml}, or a part of one: it declares the keys, in the order of the
 * reference, and the rules between them, and builds the record that holds their values.
 *
 * @param <C> the record
 */
public abstract class Table<C> {
  private final String path;
  private final List<ConfigKey<?>> keys = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();

  /** A table without keys so far; the path is empty for the whole file. */
  protected Table(String path) {
    this.path = path;
  }

  /** Declares a key that has this value where none is given. */
  protected final <T> ConfigKey<T> key(String name, ValueType<T> type, T standard) {
    return key(name, type, DefaultValue.fixed(standard, type.show(standard)));
  }

  /** Declares a key that has no value where none is given. */
  protected final <T> ConfigKey<T> key(String name, ValueType<T> type) {
    return key(name, type, DefaultValue.unset("none"));
  }

  /** Declares a key. */
  protected final <T> ConfigKey<T> key(String name, ValueType<T> type, DefaultValue<T> absent) {
    var key = new ConfigKey<>(path + '.' + name, type, absent);
    keys.add(key);
    return key;
  }

  /** Declares the keys and the rules of a part. */
  protected final <T extends Table<?>> T include(T part) {
    keys.addAll(part.keys());
    rules.addAll(part.rules());
    return part;
  }

  /** Adds rules. */
  protected final void demand(Rule... more) {
    rules.addAll(List.of(more));
  }

  /**
   * Adds the rules that each of the keys has a value where the condition holds.
   *
   * @param more what the reference says after them
   */
  protected final void require(Condition condition, List<ConfigKey<?>> required, String more) {
    var demand = "`%s` requires %s%s".formatted(condition.text(), Rule.listed(required), more);
    required.forEach(key -> demand(Rule.required(demand, condition, key)));
  }

  /** Adds the rules that each of the keys is given only where the condition holds. */
  protected final void allow(String demand, Condition condition, List<ConfigKey<?>> allowed) {
    allowed.forEach(key -> demand(Rule.onlyWith(demand, condition, key)));
  }

  /** The keys, in the order of the reference. */
  public final List<ConfigKey<?>> keys() {
    return List.copyOf(keys);
  }

  /** The rules, in the order of the reference. */
  public final List<Rule> rules() {
    return List.copyOf(rules);
  }

  /** The record; called when each key was read without a problem and every rule holds. */
  public abstract C build(Values values);
}
