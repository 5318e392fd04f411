package dev.kmsagent.domain;

/** The id of an Alibaba Cloud account, as ARNs name it. */
public record AccountId(String value) {
  public AccountId {
    Identifiers.check("an account's id", value);
  }
}
