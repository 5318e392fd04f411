package dev.kmsagent.domain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name a secret is asked for by: its plain name, or its ARN {@code
 * acs:kms:REGION:ACCOUNT:secret/NAME} (needed for secrets of another account).
 *
 * @param value 1 to 512 characters, no control characters
 */
public record SecretName(String value) {
  /** KMS takes no colon in a name: an ARN does not end in another ARN. */
  private static final Pattern ARN = Pattern.compile("acs:kms:[^:]*:([^:]*):secret/([^:]+)");

  public SecretName {
    Identifiers.check("a secret's name", value);
  }

  /** The plain name that this name ends in, itself when it is no ARN. */
  public SecretName plain() {
    return arn().map(arn -> new SecretName(arn.group(2))).orElse(this);
  }

  /** The account that an ARN names. */
  public Optional<AccountId> account() {
    return arn().map(arn -> arn.group(1)).filter(id -> !id.isEmpty()).map(AccountId::new);
  }

  private Optional<Matcher> arn() {
    return Optional.of(ARN.matcher(value)).filter(Matcher::matches);
  }

  /**
   * Whether this and {@code other} may be the same secret. A plain name is a secret of the agent's
   * own account; while that is not known, it may be the secret of any ARN that ends in it.
   *
   * @param own the account of the agent, if it is known
   */
  public boolean mayBe(SecretName other, Optional<AccountId> own) {
    return own.isPresent()
        ? canonical(own).equals(other.canonical(own))
        : equals(other)
            || (plain().equals(other.plain()) && arn().isPresent() != other.arn().isPresent());
  }

  /**
   * The one name for all spellings of a secret: the plain name for an ARN of the own account,
   * whatever its region, else this name.
   *
   * @param own the account of the agent, if it is known
   */
  public SecretName canonical(Optional<AccountId> own) {
    return own.isPresent() && account().equals(own) ? plain() : this;
  }

  @Override
  public String toString() {
    return value;
  }
}
