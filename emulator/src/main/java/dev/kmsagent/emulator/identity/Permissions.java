package dev.kmsagent.emulator.identity;

/** Which key may read which secret, by the roles as they are now; safe for many threads. */
public final class Permissions {
  private final Roles roles;
  private final MintedKeys minted;

  /** Judges by these roles. */
  public Permissions(Roles roles, MintedKeys minted) {
    this.roles = roles;
    this.minted = minted;
  }

  /** Whether a key may read a secret's value; one that was not minted may read all. */
  public boolean mayRead(String accessKeyId, String secretName) {
    return minted.find(accessKeyId).map(key -> mayRead(key, secretName)).orElse(true);
  }

  private boolean mayRead(MintedKey key, String secretName) {
    return key.mayRead(secretName)
        && roles.find(key.roleName()).filter(role -> role.mayRead(secretName)).isPresent();
  }
}
