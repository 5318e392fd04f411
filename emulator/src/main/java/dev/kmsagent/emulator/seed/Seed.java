package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.Secret;
import dev.kmsagent.emulator.kms.SecretValue;
import dev.kmsagent.emulator.kms.SecretVersion;
import dev.kmsagent.emulator.kms.SecretVersions;
import java.time.Instant;
import java.util.List;

/** A secret that an emulator starts with; its versions are in order, the oldest first. */
public record Seed(
    String name, Secret.Metadata metadata, List<Version> versions, Secret.Access access) {
  /** One version of such a secret. */
  public record Version(String id, SecretValue value, List<String> stages) {
    public Version {
      stages = List.copyOf(stages);
    }
  }

  public Seed {
    versions = List.copyOf(versions);
  }

  /** The secret as created at this moment. */
  public Secret createdAt(Instant now) {
    var created =
        versions.stream()
            .map(version -> new SecretVersion(version.id(), version.value(), version.stages(), now))
            .toList();
    return Secret.created(name, metadata, new SecretVersions(created), access, now);
  }
}
