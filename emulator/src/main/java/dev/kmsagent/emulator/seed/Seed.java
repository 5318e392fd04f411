package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.SecretVersions;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.kms.StoredVersion;
import java.time.Instant;
import java.util.List;

/** A secret that an emulator starts with; its versions are in order, the oldest first. */
public record Seed(String name, List<Version> versions, StoredSecret.Access access) {
  /** One version of such a secret. */
  public record Version(String id, StoredValue value, List<String> stages) {
    public Version {
      stages = List.copyOf(stages);
    }
  }

  public Seed {
    versions = List.copyOf(versions);
  }

  /** The secret as created at this moment. */
  public StoredSecret createdAt(Instant now) {
    var created =
        versions.stream()
            .map(version -> new StoredVersion(version.id(), version.value(), version.stages(), now))
            .toList();
    return new StoredSecret(name, new SecretVersions(created), access);
  }
}
