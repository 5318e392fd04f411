package dev.kmsagent.config.loading;

import java.util.stream.Collectors;

/** The page of the documentation that describes every key. */
final class ReferencePage {
  private static final String HEAD =
      """
      # Configuration

      The agent takes its configuration from a TOML file, from environment variables, or from both.
      A file written for the official agent works as it is. Everything is optional except what a
      chosen feature needs: the smallest configuration is a region.

      ```toml
      [KMS]
      Region = "cn-hangzhou"
      ```

      Start with that file, or with none at all and `ALIBABA_CLOUD_REGION_ID` in the environment:

      ```sh
      alibabacloud-kms-agent agent config.toml
      ALIBABA_CLOUD_REGION_ID=cn-hangzhou alibabacloud-kms-agent agent
      ```

      [`config/config.toml`](../config/config.toml) is the file that ships: every key, commented
      out. [`config/examples/`](../config/examples) has complete files for common situations.

      ## Where a value comes from

      The first of these that gives one wins:

      1. the key's own variable, `KMS_AGENT_<TABLE>_<KEY>` in upper case;
      2. the file;
      3. the standard variable that some keys fall back on, named in the column "Default", if it is
         set and not empty;
      4. the default.

      | key | variable | value |
      |---|---|---|
      | `Server.HttpPort` | `KMS_AGENT_SERVER_HTTPPORT` | `2026` |
      | `KMS.Retry.MaxAttempts` | `KMS_AGENT_KMS_RETRY_MAXATTEMPTS` | `5` |
      | `Server.AllowedHosts` | `KMS_AGENT_SERVER_ALLOWEDHOSTS` | `agent.local,agent` (lists take commas) |

      `alibabacloud-kms-agent check config.toml` prints every key with its value and where it came
      from, secrets as `***`.

      Names of tables, keys and words (`InMemory`, `https`) are matched in any case. Relative paths
      start at the working directory. `KMS_AGENT_JAVA_OPTS` and `KMS_AGENT_HEAP` belong to the
      launcher; what Kubernetes sets for a service called `kms-agent` (`KMS_AGENT_SERVICE_HOST`,
      `KMS_AGENT_PORT`, ..) is left alone.

      ## Keeping secrets out of the file

      Any string, in the file or in a `KMS_AGENT_` variable, can be a reference:

      ```toml
      [KMS]
      CredentialType = "AccessKey"
      AccessKeyId = "${ENV:MY_ACCESS_KEY_ID}"
      AccessKeySecret = "${FILE:/run/secrets/access-key-secret}"
      ```

      The reference is the whole string. A file's final newline is dropped. A variable that is not
      set, or a file that cannot be read, is an error.

      ## When something is wrong

      Nothing is ignored, and no value is adjusted to fit. All problems are reported at once, each
      with its line, its key, what is wrong, what was found and what is allowed; an unknown key is
      answered with the known one that comes closest. Secrets are never shown. The agent then exits
      with status 2, and has opened no port.

      This file, with `KMS_AGENT_CACHE_CACHESIZE=0` in the environment,
      """;

  private static final String MISTAKEN =
      """
      [Server]
      HttpPort = "2025"

      [KMS]
      Regoin = "cn-hangzhou"
      """;

  private static final String IDENTITY =
      """

      ## As whom KMS is called

      `KMS.CredentialType` decides, and what was chosen fails closed: it never becomes another
      identity.

      - `RRSA`: the role of a pod's service account. ACK sets `ALIBABA_CLOUD_ROLE_ARN`,
        `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` and `ALIBABA_CLOUD_OIDC_TOKEN_FILE` in the pod; keys win
        over them. What is missing is named at the start. The token's file is the exception: the
        platform may mount it late, so the agent starts without it and goes on trying.
      - `EcsRamRole`: the role of the ECS instance. Without `KMS.RoleName` and
        `ALIBABA_CLOUD_ECS_METADATA` it is the one that the metadata service names.
      - `AccessKey`: a long-lived AccessKey, or with `KMS.SecurityToken` temporary credentials.
      - `Default`: RRSA and nothing else, as soon as `KMS.RoleArn`, `KMS.OidcProviderArn` or
        `KMS.OidcTokenFile` is given, or `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` or
        `ALIBABA_CLOUD_OIDC_TOKEN_FILE` is set. One of the three that is then missing is an error:
        the SDKs would go on to the role of the node, which is another identity. RRSA also wins over
        `ALIBABA_CLOUD_ACCESS_KEY_ID`. `ALIBABA_CLOUD_ROLE_ARN` alone asks for nothing, since other
        tools use it with an AccessKey. Otherwise it is the standard chain of Alibaba Cloud's SDKs.

      STS is asked in the region of `KMS.Region`, or else in the one that the name of a shared
      gateway holds (`kms.cn-hangzhou.aliyuncs.com`), or else at `sts.aliyuncs.com`. Where KMS is
      called through a VPC (`kms-vpc.`, or an instance's own gateway), it is
      `sts-vpc.REGION.aliyuncs.com`, which an instance's own gateway needs `KMS.Region` for.
      """;

  private ReferencePage() {}

  static String of(Catalogue catalogue) {
    return HEAD + mistakes() + tables(catalogue) + rules(catalogue) + IDENTITY;
  }

  private static String mistakes() {
    String messages =
        String.join("\n", Attempt.of(MISTAKEN).with("KMS_AGENT_CACHE_CACHESIZE", "0").messages());
    return """

        ```toml
        %s```

        is answered with

        ```
        %s
        ```
        """
        .formatted(MISTAKEN, messages);
  }

  private static String tables(Catalogue catalogue) {
    StringBuilder page =
        new StringBuilder(
            """

            ## Keys

            Keys marked * go beyond the official agent.
            """);
    String table = "";
    for (ConfigKey<?> key : catalogue.keys()) {
      if (!key.table().equals(table)) {
        table = key.table();
        page.append("\n### `[").append(table).append("]`\n\n");
        page.append("| key | default | allowed | meaning |\n|---|---|---|---|\n");
      }
      page.append(row(key));
    }
    return page.toString();
  }

  private static String row(ConfigKey<?> key) {
    String mark = key.kin() == ConfigKey.Kin.OURS ? " *" : "";
    return "| `%s`%s | %s | %s | %s |\n"
        .formatted(
            key.name(), mark, ReferenceText.standard(key), key.shape().allowed(), key.meaning());
  }

  private static String rules(Catalogue catalogue) {
    return "\n## What keys demand of each other\n\n"
        + catalogue.rules().stream()
            .map(rule -> "- " + ReferenceText.capitalised(rule.demand()) + ".\n")
            .distinct()
            .collect(Collectors.joining());
  }
}
