package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.time.InstantSource;

/**
 * An account and its identities: its keys, its roles, and the OIDC provider of its workloads. Safe
 * for many threads.
 */
public record Identities(
    Account account,
    InstantSource clock,
    AccessKeys keys,
    Roles roles,
    MintedKeys minted,
    OidcProvider provider) {
  /** The identities of an account with these keys and no roles, at the time of this clock. */
  public static Identities of(AccessKeys keys, Account account, InstantSource clock) {
    return new Identities(
        account,
        clock,
        keys,
        new Roles(account),
        new MintedKeys(keys, clock),
        new OidcProvider(account, clock));
  }

  /** A verifier of signatures by these keys. */
  public SignatureVerifier verifier() {
    return new SignatureVerifier(keys, clock);
  }

  /** Whether a key may read the value of a secret; a key that was not minted may read all. */
  public boolean mayRead(String accessKeyId, String secretName) {
    return minted.find(accessKeyId).map(key -> mayRead(key, secretName)).orElse(true);
  }

  private boolean mayRead(MintedKey key, String secretName) {
    return key.mayRead(secretName)
        && roles.find(key.roleName()).filter(role -> role.mayRead(secretName)).isPresent();
  }
}
