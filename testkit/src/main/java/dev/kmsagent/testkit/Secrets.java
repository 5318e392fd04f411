package dev.kmsagent.testkit;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ready-made values of the domain. */
public final class Secrets {
  private Secrets() {}

  public static SecretQuery current(String name) {
    return SecretQuery.current(new SecretName(name));
  }

  public static SecretQuery byId(String name, String version) {
    var id = Optional.of(new VersionId(version));
    return new SecretQuery(new SecretName(name), new VersionSelector(id, Optional.empty()));
  }

  public static SecretQuery byStage(String name, String stage) {
    return new SecretQuery(new SecretName(name), VersionSelector.byStage(new Stage(stage)));
  }

  /** A text secret in its current version. */
  public static Secret text(String name, String version, String value) {
    return secret(name, version, DataType.TEXT, value);
  }

  /** A binary secret in its current version. */
  public static Secret binary(String name, String version, String base64) {
    return secret(name, version, DataType.BINARY, base64);
  }

  private static Secret secret(String name, String version, DataType type, String value) {
    return new Secret(
        new SecretName(name),
        new VersionId(version),
        List.of(Stage.CURRENT),
        type,
        new ConfidentialText(value),
        Map.of(
            SecretAttribute.SECRET_TYPE, "Generic",
            SecretAttribute.CREATE_TIME, "2025-12-31T00:00:00Z",
            SecretAttribute.REQUEST_ID, "0d4b1c2e-0000-4000-8000-000000000001"));
  }

  /** The plainest of forms: the value itself. */
  public static Representation plain(Secret secret) {
    return new Representation(secret.value().reveal().getBytes(StandardCharsets.UTF_8));
  }

  /** An entry that is fresh for five minutes and may be stale for a day. */
  public static CacheEntry entry(Secret secret, Instant readAt) {
    var policy = new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(1));
    return policy.entry(secret, plain(secret), readAt, 0);
  }

  public static Refused denied() {
    return refused(403, "Forbidden.NoPermission", Refused.Scope.SECRET);
  }

  public static Refused gone() {
    return refused(404, "Forbidden.ResourceNotFound", Refused.Scope.SECRET);
  }

  /** There is no such version; of the secret it says nothing. */
  public static Refused noSuchVersion() {
    return refused(404, "Forbidden.ResourceNotFound", Refused.Scope.QUERY);
  }

  public static Unavailable unreachable() {
    return new Unavailable(Unavailable.Cause.UNREACHABLE, "", "KMS cannot be reached.");
  }

  private static Refused refused(int status, String code, Refused.Scope scope) {
    return new Refused(
        new KmsError(status, code, "refused", "0d4b1c2e-0000-4000-8000-000000000002"), scope);
  }
}
