package dev.kmsagent.bootstrap.command;

/**
 * What an SDK needs to use an emulated cloud, as assignments for a shell. The names of credentials
 * are those that the SDKs read.
 *
 * @param scheme http or https, of KMS
 * @param identity the credentials; SDKs prefer a key, so that it is empty for a role
 */
record EmulatorEnvironment(EmulatedCloud cloud, String scheme, DevIdentity identity) {
  String text() {
    return endpoints() + credentials();
  }

  private String endpoints() {
    return """
        # SDKs take endpoints as a host and a port. STS is https, by the authority in the file.
        %s%s%s%s%s%s"""
        .formatted(
            line("KMS_ENDPOINT", cloud.emulator().endpoint()),
            line("KMS_PROTOCOL", scheme),
            line("STS_ENDPOINT", cloud.emulator().sts().endpoint()),
            line("METADATA_ENDPOINT", cloud.emulator().metadata().endpoint()),
            line("CA_FILE", cloud.caFile()),
            line("ALIBABA_CLOUD_REGION_ID", EmulatedCloud.REGION));
  }

  private String credentials() {
    var withKey = identity == DevIdentity.KEY;
    return """
        # A key, which SDKs prefer to a role: %s with %s.
        %s%s%s# A role, and the token that STS accepts for it.
        %s%s%s"""
        .formatted(
            EmulatedCloud.KEY_ID,
            EmulatedCloud.KEY_PROOF,
            line("ALIBABA_CLOUD_ACCESS_KEY_ID", withKey ? EmulatedCloud.KEY_ID : ""),
            line("ALIBABA_CLOUD_ACCESS_KEY_SECRET", withKey ? EmulatedCloud.KEY_PROOF : ""),
            line("ALIBABA_CLOUD_SECURITY_TOKEN", ""),
            line("ALIBABA_CLOUD_ROLE_ARN", cloud.roleArn()),
            line("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", cloud.emulator().oidc().arn()),
            line("ALIBABA_CLOUD_OIDC_TOKEN_FILE", cloud.tokenFile()));
  }

  private static String line(String name, Object value) {
    return "export " + name + "=" + quoted(value.toString()) + "\n";
  }

  /** In single quotes a shell changes nothing. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
