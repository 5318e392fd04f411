package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;

import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.config.CredentialSource.InstanceRole;
import java.util.List;
import java.util.stream.Stream;

/** The part of {@code [KMS]} that says as whom KMS is called. */
final class CredentialTable implements Table<CredentialSource> {
  static final ConfigKey<CredentialType> TYPE =
      ours(
          "KMS.CredentialType",
          Shapes.word(
              Words.of("Default", CredentialType.DEFAULT)
                  .and("RRSA", CredentialType.RRSA)
                  .and("EcsRamRole", CredentialType.ECS_RAM_ROLE)
                  .and("AccessKey", CredentialType.ACCESS_KEY)),
          CredentialType.DEFAULT,
          "where the identity comes from: the role of a pod's service account, the role of the ECS"
              + " instance, an AccessKey, or the standard chain of Alibaba Cloud's SDKs");
  static final ConfigKey<String> ROLE_NAME =
      optional(
          ConfigKey.Kin.OURS,
          "KMS.RoleName",
          Shapes.text(
              "1..64 letters, digits or .@-_", name -> name.matches("[A-Za-z0-9.@_-]{1,64}")),
          ConfigKey.<String>unset(
                  "the role that the instance has", "\"kms-reader\"", "ALIBABA_CLOUD_ECS_METADATA")
              .when(values -> isOneOf(values, CredentialType.ECS_RAM_ROLE)),
          "the role of the instance, with `CredentialType = \"EcsRamRole\"`");

  private final RrsaTable rrsa = new RrsaTable();
  private final AccessKeyTable accessKey = new AccessKeyTable();

  /** Whether the type was read without a problem and is one of these. */
  static boolean isOneOf(Values values, CredentialType... types) {
    return values.find(TYPE).filter(List.of(types)::contains).isPresent();
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return Stream.of(
            List.<ConfigKey<?>>of(TYPE),
            rrsa.keys(),
            List.<ConfigKey<?>>of(ROLE_NAME),
            accessKey.keys())
        .<ConfigKey<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public List<Rule> rules() {
    return CredentialRules.of(rrsa, accessKey);
  }

  @Override
  public CredentialSource assemble(Values values) {
    return switch (values.get(TYPE)) {
      case DEFAULT ->
          CredentialRules.rrsaIsMeant(values)
              ? rrsa.assemble(values)
              : new CredentialSource.DefaultChain();
      case RRSA -> rrsa.assemble(values);
      case ECS_RAM_ROLE -> new CredentialSource.EcsRole(instanceRole(values));
      case ACCESS_KEY -> accessKey.assemble(values);
    };
  }

  private static InstanceRole instanceRole(Values values) {
    return values
        .find(ROLE_NAME)
        .<InstanceRole>map(InstanceRole.Named::new)
        .orElseGet(InstanceRole.Found::new);
  }
}
