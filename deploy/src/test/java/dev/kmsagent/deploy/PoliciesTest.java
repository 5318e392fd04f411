package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies for RAM. */
final class PoliciesTest {
  private static final List<String> READING = List.of("kms:Decrypt", "kms:GetSecretValue");

  @ParameterizedTest
  @ValueSource(strings = {"permission-policy", "permission-policy-by-tag"})
  void the_agent_may_read_secrets_and_nothing_else(String name) throws Exception {
    assertThat(Policy.actions(Policy.read(name)))
        .contains("kms:GetSecretValue")
        .isSubsetOf(READING);
  }

  @Test
  void without_a_condition_no_statement_is_for_everything() throws Exception {
    assertThat(Policy.statements(Policy.read("permission-policy")))
        .allSatisfy(
            statement ->
                assertThat(Policy.texts(statement.get("Resource")))
                    .noneMatch(resource -> resource.endsWith("secret/*") || resource.equals("*")));
    assertThat(Policy.statements(Policy.read("permission-policy-by-tag")))
        .allMatch(statement -> statement.has("Condition"));
  }

  @Test
  void the_role_trusts_one_service_account() throws Exception {
    var statement = Policy.statements(Policy.read("trust-policy")).getFirst();
    var equal = statement.getAsJsonObject("Condition").getAsJsonObject("StringEquals");

    assertThat(Policy.texts(statement.get("Action"))).containsExactly("sts:AssumeRole");
    assertThat(equal.keySet()).containsExactlyInAnyOrder("oidc:aud", "oidc:iss", "oidc:sub");
    assertThat(Policy.texts(equal.get("oidc:aud"))).containsExactly("sts.aliyuncs.com");
    assertThat(Policy.texts(equal.get("oidc:sub")))
        .containsExactly("system:serviceaccount:rrsa-dev:my-app");
  }
}
