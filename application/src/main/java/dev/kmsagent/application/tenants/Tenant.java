package dev.kmsagent.application.tenants;

import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.SecretCache;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A role and the subjects that asked for it. Once STS has granted it to one of them it is open: it
 * has a cache. Thread-safe; {@link Tenants} opens and closes it.
 */
record Tenant(
    Principal role,
    AssumeRole sts,
    Map<Subject, Grant> grants,
    AtomicReference<@Nullable Secrets> opened) {
  /**
   * The cache of the role's secrets, and how they are retrieved through it.
   *
   * @param namespace of the subject that opened it
   */
  record Secrets(SecretCache cache, CachedRetrieval retrieval, String namespace) {}

  /** Without grants, and not open. */
  Tenant(Principal role, AssumeRole sts) {
    this(role, sts, new ConcurrentHashMap<>(), new AtomicReference<>());
  }

  /** A subject that reads the secrets of a tenant with a grant of its own. */
  record Member(Tenant tenant, Subject subject, Grant grant) {}

  Optional<Member> member(Subject subject) {
    return Optional.ofNullable(grants.get(subject)).map(it -> new Member(this, subject, it));
  }

  Stream<Member> members() {
    return grants.entrySet().stream().map(it -> new Member(this, it.getKey(), it.getValue()));
  }

  /** Empty while it is not open. */
  Optional<Secrets> secrets() {
    return Optional.ofNullable(opened.get());
  }

  /** The namespace that opened it; empty while it is not open. */
  String namespace() {
    return secrets().map(Secrets::namespace).orElse("");
  }

  /** In milliseconds, when one of its callers last came. */
  long lastUsed() {
    return grants.values().stream().mapToLong(Grant::lastUsed).max().orElse(0);
  }
}
