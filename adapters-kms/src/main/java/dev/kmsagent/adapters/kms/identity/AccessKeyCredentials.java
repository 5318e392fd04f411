package dev.kmsagent.adapters.kms.identity;

/** One key, given by configuration: {@code CredentialType = "AccessKey"}. */
public final class AccessKeyCredentials implements CredentialSource {
  private final Outcome outcome;

  public AccessKeyCredentials(SigningKey signingKey) {
    this.outcome = new Outcome.Obtained(signingKey);
  }

  @Override
  public Outcome obtain() {
    return outcome;
  }

  @Override
  public Renewal renew() {
    return Renewal.UNCHANGED;
  }

  @Override
  public void close() {}
}
