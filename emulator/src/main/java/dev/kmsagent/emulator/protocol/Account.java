package dev.kmsagent.emulator.protocol;

/** An account, which is a part of ARNs. */
public record Account(String id) {
  /** The ARN of the role of this name. */
  public String roleArn(String roleName) {
    return "acs:ram::" + id + ":role/" + roleName;
  }

  /** The ARN of the OIDC provider of this name. */
  public String providerArn(String providerName) {
    return "acs:ram::" + id + ":oidc-provider/" + providerName;
  }

  /** The ARN of a session of a role, as STS returns it. */
  public String sessionArn(String roleName, String sessionName) {
    return roleArn(roleName) + "/" + sessionName;
  }
}
