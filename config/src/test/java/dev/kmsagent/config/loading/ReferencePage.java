package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import java.util.stream.Collectors;

/** The page of the documentation that describes every key. */
final class ReferencePage {
  private static final String HEAD =
      """
      # Configuration

      The agent reads its configuration from a TOML file, from environment variables, or from both.
      A file for the official agent works without changes. Only the region is required; some
      features require further keys.

      ```toml
      [KMS]
      Region = "cn-hangzhou"
      ```

      Start the agent with that file, or without a file and with `ALIBABA_CLOUD_REGION_ID`:

      ```sh
      alibabacloud-kms-agent agent config.toml
      ALIBABA_CLOUD_REGION_ID=cn-hangzhou alibabacloud-kms-agent agent
      ```

      [`config/config.toml`](../config/config.toml) is the shipped file, with every key commented
      out. [`config/examples/`](../config/examples) has complete files for common cases.

      [`config/config.schema.json`](../config/config.schema.json) is a JSON Schema of the file. For
      completion and checks in an editor with support for TOML, or with `taplo check`, begin the file
      with a comment that names the schema by its path or URL:

      ```toml
      #:schema ./config.schema.json
      ```

      The schema knows tables, keys, types, ranges and words in the spelling of this page;
      `alibabacloud-kms-agent check` checks the rest.

      ## Precedence

      The first source that has a value for a key is used:

      1. the environment variable of the key, `KMS_AGENT_<TABLE>_<KEY>` in upper case;
      2. the file;
      3. for some keys, a standard environment variable that is set and not empty (named in the
         column "default");
      4. the default.

      | key | variable | value |
      |---|---|---|
      | `Server.HttpPort` | `KMS_AGENT_SERVER_HTTPPORT` | `2026` |
      | `KMS.Retry.MaxAttempts` | `KMS_AGENT_KMS_RETRY_MAXATTEMPTS` | `5` |
      | `Server.AllowedHosts` | `KMS_AGENT_SERVER_ALLOWEDHOSTS` | `agent.local,agent` (a list, separated by commas) |

      `alibabacloud-kms-agent check config.toml` prints every key with its value and its source.
      Secrets are printed as `***`.

      - Names of tables and keys, and values such as `InMemory` and `https`, are case-insensitive.
      - Relative paths are relative to the working directory.
      - `KMS_AGENT_JAVA_OPTS` and `KMS_AGENT_HEAP` are options of the launcher.
      - Variables that Kubernetes sets for a Service named `kms-agent` (`KMS_AGENT_SERVICE_HOST`,
        `KMS_AGENT_PORT`, ..) are ignored.

      ## Keeping secrets out of the file

      Any string in the file or in a `KMS_AGENT_` variable can be a reference to an environment
      variable or a file:

      ```toml
      [KMS]
      CredentialType = "AccessKey"
      AccessKeyId = "${ENV:MY_ACCESS_KEY_ID}"
      AccessKeySecret = "${FILE:/run/secrets/access-key-secret}"
      ```

      The reference must be the whole string. A final newline of the file is removed. A variable
      that is not set, or a file that cannot be read, is an error.

      ## Errors

      The agent ignores no key and adjusts no value. It reports all problems at once, each with its
      line, key, found value and allowed values. For an unknown key it suggests the closest known
      one. Secrets are never shown. It then exits with status 2, before it opens a port.

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

      ## Identity

      `KMS.CredentialType` selects the identity with which the agent calls KMS. If it does not
      work, the agent never falls back to another identity.

      - `RRSA`: the role of a pod's service account. ACK sets `ALIBABA_CLOUD_ROLE_ARN`,
        `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` and `ALIBABA_CLOUD_OIDC_TOKEN_FILE` in the pod; the keys of
        the file override them. If one is missing, the agent does not start. The token file itself
        may be missing at start, because the platform may mount it later; the agent retries.
      - `EcsRamRole`: the role of the ECS instance: `KMS.RoleName`, else
        `ALIBABA_CLOUD_ECS_METADATA`, else the role that the metadata service returns.
      - `AccessKey`: a long-lived AccessKey, or with `KMS.SecurityToken` temporary credentials.
      - `Default`: RRSA, if `KMS.RoleArn`, `KMS.OidcProviderArn` or `KMS.OidcTokenFile` is given, or
        `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` or `ALIBABA_CLOUD_OIDC_TOKEN_FILE` is set. It is an error if
        one of the three is then missing, because the SDKs would use the role of the node, which is
        another identity. RRSA also has priority over `ALIBABA_CLOUD_ACCESS_KEY_ID`.
        `ALIBABA_CLOUD_ROLE_ARN` alone does not select RRSA, because other tools use it with an
        AccessKey. Otherwise, `Default` is the default credential chain of Alibaba Cloud's SDKs.

      The endpoint of STS is `ALIBABA_CLOUD_STS_ENDPOINT`, as ack-pod-identity-webhook sets it.
      Otherwise it is in the region of `ALIBABA_CLOUD_STS_REGION`, else of `KMS.Region`, else in
      the region in the name of a shared gateway (`kms.cn-hangzhou.aliyuncs.com`), else it is
      `sts.aliyuncs.com`. If KMS is called in a VPC (`kms-vpc.`, or an instance's own gateway), or
      `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` is `true`, it is `sts-vpc.REGION.aliyuncs.com`. An
      instance's own gateway without a region is an error: the agent does not call the public STS
      instead.
      """;

  private ReferencePage() {}

  static String of(AgentConfig.Keys schema) {
    return HEAD + mistakes() + tables(schema) + rules(schema) + IDENTITY;
  }

  private static String mistakes() {
    String messages =
        String.join("\n", Attempt.of(MISTAKEN).with("KMS_AGENT_CACHE_CACHESIZE", "0").messages());
    return """

        ```toml
        %s```

        gives

        ```
        %s
        ```
        """
        .formatted(MISTAKEN, messages);
  }

  private static String tables(AgentConfig.Keys schema) {
    StringBuilder page =
        new StringBuilder(
            """

            ## Keys

            Keys marked * go beyond the official agent.
            """);
    String table = "";
    for (ConfigKey<?> key : schema.keys()) {
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
    String mark = !key.official() ? " *" : "";
    return "| `%s`%s | %s | %s | %s |\n"
        .formatted(
            key.name(),
            mark,
            ReferenceText.defaultOf(key),
            key.type().allowed().describe(),
            key.meaning());
  }

  private static String rules(AgentConfig.Keys schema) {
    return "\n## Rules between keys\n\n"
        + schema.rules().stream()
            .map(rule -> "- " + ReferenceText.capitalised(rule.demand()) + ".\n")
            .distinct()
            .collect(Collectors.joining());
  }
}
