package dev.kmsagent.bootstrap.command;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.bootstrap.command.EmulatorOptions.Identity;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What an SDK and an agent need to use an emulated cloud, and no other, as assignments for a shell.
 * The names of credentials are those that the SDKs read.
 *
 * @param listeners where the cloud listens
 * @param hasFiles whether who reads it sees the folder of the cloud
 */
record EmulatedEnvironment(
    EmulatedCloud cloud, EmulatedCloud.Listeners listeners, Identity identity, boolean hasFiles) {
  /** The text, of which each line can be pasted. */
  String text() {
    var credentials = credentials();
    return endpoints()
        + (hasFiles ? authority() : "")
        + agent()
        + credentials
        + nothingElse(credentials);
  }

  private String endpoints() {
    return """
        # SDKs take endpoints as a host and a port. STS is https, by an authority of this emulator.
        export KMS_ENDPOINT='%s'
        export KMS_PROTOCOL='%s'
        export STS_ENDPOINT='%s'
        export METADATA_ENDPOINT='%s'
        export ALIBABA_CLOUD_REGION_ID='%s'
        """
        .formatted(
            cloud.endpoint(),
            listeners.scheme(),
            cloud.endpoint(cloud.emulator().sts()),
            cloud.endpoint(cloud.emulator().metadata()),
            EmulatedCloud.REGION);
  }

  private String authority() {
    return """
        # The authority, for code; then for Go and Python, for Node, and for aliyun-python-sdk-core.
        # Java takes the second as -Djavax.net.ssl.trustStore.
        export CA_FILE=%1$s
        export CA_TRUST_STORE=%2$s
        export SSL_CERT_FILE=%1$s
        export NODE_EXTRA_CA_CERTS=%1$s
        export ALIBABA_CLOUD_CA_BUNDLE=%1$s
        export KMS_AGENT_KMS_CAFILE=%1$s
        """
        .formatted(quoted(cloud.caFile()), quoted(cloud.trustStore()));
  }

  private String agent() {
    var type =
        switch (identity) {
          case KEY -> "AccessKey";
          case RRSA -> "RRSA";
          case URI -> "Default";
        };
    var shared = listeners.shared();
    return """
        # For an agent, which takes http on loopback only.
        export KMS_AGENT_KMS_ENDPOINT='%s'
        export KMS_AGENT_KMS_PROTOCOL='%s'
        export KMS_AGENT_KMS_CREDENTIALTYPE='%s'
        """
        .formatted(
            shared.isPresent() ? cloud.reach().host() + ":" + shared.getAsInt() : cloud.endpoint(),
            shared.isPresent() ? "https" : listeners.scheme(),
            type);
  }

  private String credentials() {
    return switch (identity) {
      case KEY ->
          """
          # A key.
          export ALIBABA_CLOUD_ACCESS_KEY_ID='%s'
          export ALIBABA_CLOUD_ACCESS_KEY_SECRET='%s'
          """
              .formatted(EmulatedCloud.KEY_ID, EmulatedCloud.KEY_PROOF);
      case RRSA ->
          """
          # A role, and the token that STS accepts for it. Code has to name the endpoint of STS.
          export ALIBABA_CLOUD_ROLE_ARN='%s'
          export ALIBABA_CLOUD_OIDC_PROVIDER_ARN='%s'
          export ALIBABA_CLOUD_OIDC_TOKEN_FILE=%s
          export KMS_AGENT_KMS_STSENDPOINT='%s'
          """
              .formatted(
                  cloud.roleArn(),
                  cloud.emulator().oidc().arn(),
                  quoted(cloud.tokenFile()),
                  cloud.endpoint(cloud.emulator().sts()));
      case URI ->
          """
          # Where the key of an instance is to be had.
          export ALIBABA_CLOUD_CREDENTIALS_URI='http://%s/latest/meta-data/ram/security-credentials/%s'
          """
              .formatted(cloud.endpoint(cloud.emulator().metadata()), EmulatedCloud.ROLE);
    };
  }

  /** SDKs try other sources, too, and would go on to the cloud with what they find. */
  private String nothingElse(String credentials) {
    var others =
        Stream.of(
                "ALIBABA_CLOUD_ACCESS_KEY_ID",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                "ALIBABA_CLOUD_SECURITY_TOKEN",
                "ALIBABA_CLOUD_ROLE_ARN",
                "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
                "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
                "ALIBABA_CLOUD_CREDENTIALS_URI",
                "ALIBABA_CLOUD_ECS_METADATA",
                "ALIBABA_CLOUD_PROFILE",
                "KMS_AGENT_KMS_STSENDPOINT")
            .filter(name -> !credentials.contains(name + "="))
            .collect(joining(" "));
    return """
        # No other credentials, neither of this user nor of this machine; STS where code names it, alone.
        unset %s
        export ALIBABA_CLOUD_CLI_PROFILE_DISABLED='true'
        export ALIBABA_CLOUD_CREDENTIALS_FILE='/dev/null'
        export ALIBABA_CLOUD_ECS_METADATA_DISABLED='true'
        export ALIBABA_CLOUD_STS_REGION='%s'
        """
        .formatted(others, listeners.shared().isPresent() ? EmulatedCloud.REGION : "cn-emulated");
  }

  /** In single quotes a shell changes nothing. */
  static String quoted(Path path) {
    return "'" + path.toString().replace("'", "'\\''") + "'";
  }
}
