package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Account;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The roles of an account; safe for many threads. */
public final class Roles {
  private final Account account;
  private final Map<String, Role> byName = new ConcurrentHashMap<>();

  /** No roles yet, in this account. */
  public Roles(Account account) {
    this.account = account;
  }

  /**
   * Adds a role, in place of one of the same name, whose keys then have the rights of the new one.
   */
  public void put(Role role) {
    byName.put(role.name(), role);
  }

  /** Makes these the only roles. */
  void set(List<Role> all) {
    all.forEach(this::put);
    byName.values().retainAll(all);
  }

  /** Removes a role: nobody can assume it, and keys minted for it may read nothing. */
  public void remove(String name) {
    byName.remove(name);
  }

  /** The role of this name. */
  public Optional<Role> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The role that this ARN names, in this account. */
  public Optional<Role> findByArn(String arn) {
    return find(arn.substring(arn.indexOf('/') + 1)).filter(role -> arn(role.name()).equals(arn));
  }

  /** The ARN of the role of this name, whether it exists or not. */
  public String arn(String name) {
    return account.roleArn(name);
  }

  /** The id of the role of this name, derived from the name. */
  static String id(String name) {
    return "3" + String.format(Locale.ROOT, "%017d", Integer.toUnsignedLong(name.hashCode()));
  }
}
