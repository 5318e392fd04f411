package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the type of the credentials and the keys of each type demand of each other. */
final class CredentialRules {
  private static final ConfigKey<CredentialType> TYPE = CredentialTable.TYPE;

  private CredentialRules() {}

  static List<Rule> of(RrsaTable rrsa, AccessKeyTable accessKey) {
    return Stream.of(
            RrsaTable.NEEDED.stream().map(CredentialRules::rrsaHas),
            belongTo("RRSA", rrsa.keys(), CredentialRules::rrsaIsMeant),
            belongTo(
                "EcsRamRole", List.of(CredentialTable.ROLE_NAME), is(CredentialType.ECS_RAM_ROLE)),
            AccessKeyTable.NEEDED.stream().map(CredentialRules::accessKeyHas),
            belongTo("AccessKey", accessKey.keys(), is(CredentialType.ACCESS_KEY)))
        .flatMap(rules -> rules)
        .toList();
  }

  private static Rule rrsaHas(ConfigKey<?> key) {
    return Rule.on(
        "`KMS.CredentialType = \"RRSA\"` comes with "
            + Rule.listed(RrsaTable.NEEDED)
            + "; so does `\"Default\"` with any of these keys or the variables of the latter two",
        values -> rrsaNeed(values).flatMap(need -> need.unmetBy(key, values)),
        TYPE,
        key);
  }

  private static Rule accessKeyHas(ConfigKey<?> key) {
    return Rule.on(
        "`KMS.CredentialType = \"AccessKey\"` comes with " + Rule.listed(AccessKeyTable.NEEDED),
        values -> accessKeyNeed(values).flatMap(need -> need.unmetBy(key, values)),
        TYPE,
        key);
  }

  /** Why RRSA is meant, if it is. */
  private static Optional<Need> rrsaNeed(Values values) {
    return switch (values.get(TYPE)) {
      case RRSA -> Optional.of(Need.of(TYPE, values));
      case DEFAULT ->
          RrsaTable.askedFor(values)
              .map(by -> new Need(values.origin(by), "RRSA, which " + by.path() + " asks for,"));
      case ECS_RAM_ROLE, ACCESS_KEY -> Optional.empty();
    };
  }

  private static Optional<Need> accessKeyNeed(Values values) {
    return switch (values.get(TYPE)) {
      case ACCESS_KEY -> Optional.of(Need.of(TYPE, values));
      case DEFAULT, RRSA, ECS_RAM_ROLE -> Optional.empty();
    };
  }

  /** Whether the type says RRSA, or its keys do where the type is the default. */
  static boolean rrsaIsMeant(Values values) {
    return rrsaNeed(values).isPresent();
  }

  private static Predicate<Values> is(CredentialType type) {
    return values -> values.get(TYPE) == type;
  }

  /** The rules that none of these keys is given where nobody would look at it. */
  private static Stream<Rule> belongTo(
      String word, List<ConfigKey<?>> keys, Predicate<Values> isInForce) {
    String verb = keys.size() == 1 ? " is" : " are";
    Belonging belonging =
        new Belonging(
            Rule.listed(keys) + verb + " given where `" + word + "` is meant, and nowhere else",
            TYPE.path() + " = " + Literal.of(word),
            isInForce,
            Stream.concat(Stream.of(TYPE), RrsaTable.NEEDED.stream()).toList());
    return keys.stream().map(belonging::rule);
  }
}
