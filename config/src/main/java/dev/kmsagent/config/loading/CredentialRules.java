package dev.kmsagent.config.loading;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the type of the credentials and the keys of each type demand of each other. */
final class CredentialRules {
  private static final ConfigKey<CredentialType> TYPE = CredentialTable.TYPE;

  private CredentialRules() {}

  /**
   * What needs a key.
   *
   * @param origin where it is asked for
   * @param who a phrase for the message
   */
  private record Need(Origin origin, String who) {

    static Need ofType(Values values) {
      return new Need(values.origin(TYPE), "KMS.CredentialType = " + values.shown(TYPE));
    }

    Problem unmetBy(ConfigKey<?> key) {
      return new Problem(
          origin,
          key.path(),
          "is missing, and " + who + " needs it",
          "",
          key.shape().allowed() + ", in the file or as " + key.variables());
    }
  }

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
            + listed(RrsaTable.NEEDED)
            + "; so does `\"Default\"` with any of these keys or the variables of the latter two",
        values -> unmet(values, key, rrsaNeed(values)),
        TYPE,
        key);
  }

  private static Rule accessKeyHas(ConfigKey<?> key) {
    return Rule.on(
        "`KMS.CredentialType = \"AccessKey\"` comes with " + listed(AccessKeyTable.NEEDED),
        values -> unmet(values, key, accessKeyNeed(values)),
        TYPE,
        key);
  }

  private static Optional<Problem> unmet(Values values, ConfigKey<?> key, Optional<Need> need) {
    return values.settled(key).isPresent()
        ? Optional.empty()
        : need.map(present -> present.unmetBy(key));
  }

  /** Why RRSA is meant, if it is. */
  private static Optional<Need> rrsaNeed(Values values) {
    return switch (values.get(TYPE)) {
      case RRSA -> Optional.of(Need.ofType(values));
      case DEFAULT ->
          RrsaTable.askedFor(values)
              .map(by -> new Need(values.origin(by), "RRSA, which " + by.path() + " asks for,"));
      case ECS_RAM_ROLE, ACCESS_KEY -> Optional.empty();
    };
  }

  private static Optional<Need> accessKeyNeed(Values values) {
    return switch (values.get(TYPE)) {
      case ACCESS_KEY -> Optional.of(Need.ofType(values));
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
    String demand = listed(keys) + verb + " given where `" + word + "` is meant, and nowhere else";
    return keys.stream()
        .map(
            key ->
                Rule.on(
                    demand,
                    values ->
                        !isInForce.test(values) && values.isExplicit(key)
                            ? Optional.of(useless(values, word, key))
                            : Optional.empty(),
                    Stream.concat(Stream.of(TYPE, key), RrsaTable.NEEDED.stream())
                        .toArray(ConfigKey<?>[]::new)));
  }

  private static Problem useless(Values values, String word, ConfigKey<?> key) {
    return new Problem(
        values.origin(key),
        key.path(),
        "is of no use without KMS.CredentialType = " + Literal.of(word),
        "",
        "");
  }

  private static String listed(List<ConfigKey<?>> keys) {
    String all = keys.stream().map(key -> "`" + key.path() + "`").collect(Collectors.joining(", "));
    return all.replaceFirst(", (?=[^,]+$)", " and ");
  }
}
