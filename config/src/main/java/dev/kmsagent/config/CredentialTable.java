package dev.kmsagent.config;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.ConfigKey.DefaultValue;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Rule.Reason;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A value of {@code KMS.CredentialType}: its keys, which of them it requires, and the credentials
 * that it builds of them.
 *
 * @param <C> the credentials
 */
abstract class CredentialTable<C> extends Table<C> {
  /** The type that may imply another one. */
  static final String DEFAULT = "Default";

  private final String name;
  private final ConfigKey<String> type;

  /**
   * A type without keys so far.
   *
   * @param name the word that chooses it
   * @param type the key that chooses
   */
  CredentialTable(String name, ConfigKey<String> type) {
    super("KMS");
    this.name = name;
    this.type = type;
  }

  /** The keys that must have a value. */
  List<ConfigKey<?>> required() {
    return List.of();
  }

  /** What requires these keys, in the words of the reference. */
  String requirement() {
    return "`KMS.CredentialType = \"%s\"` requires %s".formatted(name, Rule.listed(required()));
  }

  /** The key that makes {@code Default} mean this type, if one does. */
  Optional<ConfigKey<?>> impliedBy(Values values) {
    return Optional.empty();
  }

  /** Whether the standard variables of its keys are read. */
  boolean readsVariables(Values values) {
    return isChosen(name, values);
  }

  /** Whether it always means the same principal, so that agents can share what they read. */
  boolean namesPrincipal() {
    return true;
  }

  final String name() {
    return name;
  }

  /** No value, unless a standard variable gives one. */
  final <T> DefaultValue<T> standard(String otherwise, String example, String variable) {
    return DefaultValue.<T>unset(otherwise, example, variable).when(this::readsVariables);
  }

  /** Whether the type was read without a problem and is this one. */
  final boolean isChosen(String word, Values values) {
    return type.findIn(values).filter(word::equals).isPresent();
  }

  /** That this type is chosen, or implied. */
  final Condition condition() {
    var chosen = Condition.is(type, name);
    return new Condition(
        chosen.text(),
        chosen.keys(),
        values -> chosen.reason().apply(values).or(() -> implied(values)));
  }

  private Optional<Reason> implied(Values values) {
    return isChosen(DEFAULT, values)
        ? impliedBy(values)
            .map(
                key ->
                    new Reason(key.originIn(values), name + ", which " + key.path() + " asks for,"))
        : Optional.empty();
  }

  /**
   * The rules that it has what it requires, and that its keys are not given to another type.
   *
   * @param implying the keys that can imply a type
   */
  final Stream<Rule> demands(List<ConfigKey<?>> implying) {
    var use =
        "%s %s allowed only with `%s`"
            .formatted(Rule.listed(keys()), keys().size() == 1 ? "is" : "are", name);
    return Stream.concat(
        required().stream().map(key -> Rule.required(requirement(), condition(), key)),
        keys().stream().map(key -> Rule.onlyWith(use, condition(), key).concerning(implying)));
  }
}
