package dev.kmsagent.emulator;

import dev.kmsagent.emulator.identity.MintedKeys;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.identity.Permissions;
import dev.kmsagent.emulator.identity.Roles;
import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.Account;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Who there is in an account: its keys, its roles, and the platform that vouches for workloads;
 * {@code chance} gives texts that nobody can guess.
 */
record Identities(
    AccessKeys keys,
    Roles roles,
    MintedKeys minted,
    OidcProvider provider,
    Supplier<String> chance) {
  private static final String ISSUER = "https://oidc.emulated.example/cluster";

  static Identities of(
      AccessKeys keys, Account account, InstantSource clock, Supplier<String> chance) {
    return new Identities(
        keys,
        new Roles(account),
        new MintedKeys(keys, clock, chance),
        new OidcProvider(account.providerArn("emulated"), ISSUER, clock),
        chance);
  }

  Permissions permissions() {
    return new Permissions(roles, minted);
  }
}
