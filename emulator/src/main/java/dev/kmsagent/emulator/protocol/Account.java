package dev.kmsagent.emulator.protocol;

/** An account and its region, which are parts of ARNs. */
public record Account(String region, String id) {
  /** The ARN of the secret of this name. */
  public String arn(String secretName) {
    return "acs:kms:" + region + ":" + id + ":secret/" + secretName;
  }

  /** The ARN of the role of this name. */
  public String roleArn(String roleName) {
    return ramArn("role/" + roleName);
  }

  /** The ARN of an identity of RAM in this account. */
  public String ramArn(String identity) {
    return "acs:ram::" + id + ":" + identity;
  }

  /** The ARN of the OIDC provider of this name. */
  public String providerArn(String providerName) {
    return ramArn("oidc-provider/" + providerName);
  }

  /** The ARN of a session of a role, as STS returns it. */
  public String sessionArn(String roleName, String sessionName) {
    return roleArn(roleName) + "/" + sessionName;
  }
}
