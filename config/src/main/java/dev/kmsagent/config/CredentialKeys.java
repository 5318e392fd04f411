package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ValueTypes.choice;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.config.Endpoint.HostPort;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values;
import java.util.List;

/** The key {@code KMS.CredentialType} with the keys of each type: types are registered here. */
final class CredentialKeys extends Table<CredentialSource> {
  private final ConfigKey<String> type =
      key(
              "CredentialType",
              choice(List.of(CredentialTable.DEFAULT, "RRSA", "EcsRamRole", "AccessKey"), it -> it),
              CredentialTable.DEFAULT)
          .means(
              "the identity: the default credential chain of Alibaba Cloud's SDKs, the role of "
                  + "a pod's service account, the role of the ECS instance, or an AccessKey");
  private final CredentialSource.Rrsa.Keys rrsa;

  /** All types; the default comes last, which means what no other type claims. */
  private final List<CredentialTable<? extends CredentialSource>> types;

  /** The keys, given those of the region and the endpoint of KMS. */
  CredentialKeys(ConfigKey<String> region, ConfigKey<HostPort> endpoint) {
    super("KMS");
    rrsa = include(new CredentialSource.Rrsa.Keys(type, region, endpoint));
    types =
        List.of(
            rrsa,
            include(new CredentialSource.EcsRole.Keys(type)),
            include(new CredentialSource.AccessKey.Keys(type, rrsa)),
            new CredentialSource.DefaultChain.Keys(type));
    types.stream().flatMap(each -> each.demands(rrsa.required())).forEach(this::demand);
  }

  /** The rule that agents which share a cache know by which principal they share it. */
  Rule principalIsNamed(Condition inRedis) {
    var redis = inRedis.text();
    var wrong =
        ("may lead to one identity now and to another later, and with %s agents share entries by"
                + " identity")
            .formatted(redis);
    return Rule.on(
            ("`%s` requires a `KMS.CredentialType` other than `\"Default\"`, unless that resolves"
                    + " to RRSA, because agents share entries by identity")
                .formatted(redis),
            values -> meant(values).namesPrincipal(),
            values ->
                new Problem(
                    Rule.firstGiven(values, type, inRedis.keys().getFirst()),
                    type.path(),
                    wrong,
                    type.shownIn(values),
                    principals()),
            type)
        .concerning(rrsa.required())
        .when(inRedis);
  }

  private String principals() {
    return types.stream()
        .filter(CredentialTable::namesPrincipal)
        .map(each -> TomlValue.literal(each.name()))
        .collect(joining(", "));
  }

  private CredentialTable<? extends CredentialSource> meant(Values values) {
    return types.stream().filter(each -> each.condition().holds(values)).findFirst().orElseThrow();
  }

  @Override
  public CredentialSource build(Values values) {
    return meant(values).build(values);
  }
}
