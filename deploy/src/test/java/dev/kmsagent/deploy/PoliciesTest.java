package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies for RAM in {@code deploy/kubernetes/ram}. */
final class PoliciesTest {
  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

  static String policy(String name) throws IOException {
    return Files.readString(Clone.kubernetes().resolve("ram/" + name + ".json"));
  }

  /** The texts of all fields of a name, each alone or in a list. */
  static List<String> texts(String policy, String field) {
    return Pattern.compile("\"" + field + "\"\\s*:\\s*(\\[[^]]*]|\"[^\"]*\")")
        .matcher(policy)
        .results()
        .flatMap(it -> TEXT.matcher(it.group(1)).results())
        .map(it -> it.group(1))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"permission-policy", "permission-policy-by-tag"})
  void the_agent_may_read_secrets_and_nothing_else(String name) throws IOException {
    assertThat(texts(policy(name), "Action"))
        .contains("kms:GetSecretValue")
        .isSubsetOf("kms:Decrypt", "kms:GetSecretValue");
  }

  @Test
  void without_a_condition_no_statement_is_for_everything() throws IOException {
    assertThat(texts(policy("permission-policy"), "Resource"))
        .isNotEmpty()
        .noneMatch(resource -> resource.endsWith("secret/*") || resource.equals("*"));
    assertThat(policy("permission-policy-by-tag"))
        .containsOnlyOnce("\"Effect\"")
        .containsOnlyOnce("\"Condition\"");
  }

  @Test
  void the_role_trusts_one_service_account() throws IOException {
    var policy = policy("trust-policy");

    assertThat(texts(policy, "Action")).containsExactly("sts:AssumeRole");
    assertThat(texts(policy, "oidc:aud")).containsExactly("sts.aliyuncs.com");
    assertThat(texts(policy, "oidc:iss")).hasSize(1);
    assertThat(texts(policy, "oidc:sub")).containsExactly("system:serviceaccount:rrsa-dev:my-app");
  }
}
