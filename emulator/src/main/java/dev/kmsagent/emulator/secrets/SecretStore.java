package dev.kmsagent.emulator.secrets;

import dev.kmsagent.emulator.protocol.Result;
import java.time.InstantSource;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The secrets of one account in one region, by name; each change is whole or not at all. Safe for
 * many threads.
 */
public final class SecretStore {
  private final InstantSource clock;
  private final SortedMap<String, Secret> byName = new TreeMap<>();

  /** An empty store that dates changes by this clock. */
  public SecretStore(InstantSource clock) {
    this.clock = clock;
  }

  /** Every secret, in the order of names. */
  public synchronized Collection<Secret> all() {
    return List.copyOf(byName.values());
  }

  /** The secret of this name. */
  public synchronized Result<Secret> find(String name) {
    Secret secret = byName.get(name);
    return secret == null ? new Result.Refused<>(Refusals.notFound()) : new Result.Done<>(secret);
  }

  /** Creates a secret whose first version is current. */
  public synchronized Result<Secret> create(
      String name,
      String description,
      Map<String, String> tags,
      String versionId,
      SecretValue value) {
    if (byName.containsKey(name)) {
      return new Result.Refused<>(Refusals.exists());
    }
    var now = clock.instant();
    var first = new SecretVersion(versionId, value, List.of(SecretVersion.CURRENT), now);
    return keep(
        new Secret(name, description, tags, List.of(first), now, now, null, Secret.Access.ALLOWED));
  }

  /** Adds a version, which becomes the current one. */
  public synchronized Result<Secret> put(String name, String versionId, SecretValue value) {
    return change(
        name, secret -> usable(secret).then(s -> s.put(versionId, value, clock.instant())));
  }

  /** Plans a deletion: until it comes the secret can be restored and not be read. */
  public synchronized Result<Secret> scheduleDeletion(String name, int days) {
    var end = clock.instant().atZone(ZoneOffset.UTC).plus(Period.ofDays(days)).toInstant();
    return change(name, secret -> usable(secret).map(s -> s.deletedAt(end)));
  }

  /** Takes a planned deletion back. */
  public synchronized Result<Secret> restore(String name) {
    return change(
        name,
        secret ->
            secret.deletion().isEmpty()
                ? new Result.Refused<>(Refusals.notInDeletion())
                : new Result.Done<>(secret.deletedAt(null)));
  }

  /** Lets keys read the secret's value, or not. */
  public synchronized Result<Secret> setAccess(String name, Secret.Access access) {
    return change(name, secret -> new Result.Done<>(secret.with(access)));
  }

  /** Reads one version: by id, by stage, or, given both, by id if it carries the stage. */
  public Result<Read> read(String name, Selector selector) {
    return find(name)
        .then(SecretStore::readable)
        .then(secret -> selector.select(secret).map(version -> new Read(secret, version)));
  }

  /** A secret and the version of it that was asked for. */
  public record Read(Secret secret, SecretVersion version) {}

  private static Result<Secret> readable(Secret secret) {
    return secret.access() == Secret.Access.DENIED
        ? new Result.Refused<>(Refusals.denied())
        : usable(secret);
  }

  private static Result<Secret> usable(Secret secret) {
    return secret.deletion().isPresent()
        ? new Result.Refused<>(Refusals.inDeletion())
        : new Result.Done<>(secret);
  }

  private Result<Secret> change(String name, Function<Secret, Result<Secret>> step) {
    return find(name).then(step).then(this::keep);
  }

  private Result<Secret> keep(Secret secret) {
    byName.put(secret.name(), secret);
    return new Result.Done<>(secret);
  }
}
