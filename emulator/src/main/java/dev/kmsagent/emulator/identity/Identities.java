package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.time.InstantSource;
import java.util.List;

/**
 * An account and its identities: its keys, its roles, and the OIDC provider of its workloads. Safe
 * for many threads.
 */
public record Identities(
    Account account,
    EmulatorTime time,
    InstantSource dates,
    AccessKeys keys,
    Roles roles,
    MintedKeys minted,
    OidcProvider provider) {
  /**
   * The identities of an account with these keys and no roles.
   *
   * @param dates the clock that requests must be dated by
   */
  public static Identities of(
      AccessKeys keys, Account account, EmulatorTime time, InstantSource dates) {
    return new Identities(
        account,
        time,
        dates,
        keys,
        new Roles(account),
        new MintedKeys(keys, time),
        new OidcProvider(account, time));
  }

  /** A verifier of signatures by these keys. */
  public SignatureVerifier verifier() {
    return new SignatureVerifier(keys, time, dates);
  }

  /** Whether a key may read the value of a secret. */
  public boolean mayRead(String accessKeyId, String secretName) {
    return minted
        .find(accessKeyId)
        .map(key -> roles.find(key.roleName()).filter(role -> role.mayRead(secretName)).isPresent())
        .orElseGet(() -> keys.find(accessKeyId).filter(key -> key.mayRead(secretName)).isPresent());
  }

  /** Makes these the keys and roles of the account; what was minted is revoked. */
  public void reset(List<AccessKey> ownKeys, List<Role> ownRoles) {
    minted.revokeAll();
    minted.lifetime(null);
    keys.set(ownKeys);
    roles.set(ownRoles);
  }
}
