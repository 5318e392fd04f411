package dev.kmsagent.adapters.kms.credentials;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The policies of RAM that let an agent read its secrets and no more, as JSON (<a
 * href="https://www.alibabacloud.com/help/en/ram/user-guide/policy-structure-and-syntax">their
 * syntax</a>).
 */
public final class RamPolicy {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private static final String ARN = "acs:kms:";

  private RamPolicy() {}

  /**
   * Permits to read the secrets and nothing else.
   *
   * @param region or {@code *}
   * @param account its id, or {@code *}
   * @param secrets names or ARNs; an empty list means every secret
   */
  public static String permission(String region, String account, List<String> secrets) {
    var named = secrets.isEmpty() ? List.of("*") : secrets;
    var resources = named.stream().map(secret -> resource(region, account, secret)).toList();
    return policy(List.of("kms:GetSecretValue"), Map.of("Resource", resources));
  }

  private static String resource(String region, String account, String secret) {
    return secret.startsWith(ARN) ? secret : ARN + region + ":" + account + ":secret/" + secret;
  }

  /** Lets the service account of a pod's token take the role. */
  static String trustIn(OidcToken token, String audience, String providerArn) {
    var equal =
        Map.of(
            "oidc:aud", List.of(audience),
            "oidc:iss", List.of(token.issuer()),
            "oidc:sub", List.of(token.subject()));
    return policy(
        "sts:AssumeRole",
        Map.of(
            "Principal", Map.of("Federated", List.of(providerArn)),
            "Condition", Map.of("StringEquals", new TreeMap<>(equal))));
  }

  /** Lets the instances that carry the role take it. */
  static String trustInInstances() {
    return policy(
        "sts:AssumeRole", Map.of("Principal", Map.of("Service", List.of("ecs.aliyuncs.com"))));
  }

  private static String policy(Object action, Map<String, Object> more) {
    var statement = new TreeMap<>(more);
    statement.put("Effect", "Allow");
    statement.put("Action", action);
    return GSON.toJson(new TreeMap<>(Map.of("Version", "1", "Statement", List.of(statement))));
  }
}
