package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.kms.Secret;
import dev.kmsagent.emulator.kms.SecretMetadata;
import dev.kmsagent.emulator.kms.SecretValue;
import dev.kmsagent.emulator.kms.SecretVersion;
import dev.kmsagent.emulator.kms.Versions;
import java.time.Instant;
import java.util.List;

/** A secret to start with; its versions, oldest first, carry their stages. */
public record Seed(
    String name, SecretMetadata profile, List<Version> versions, Secret.Access access) {

  /** One version of a secret to start with. */
  public record Version(String id, SecretValue value, List<String> stages) {
    public Version {
      stages = List.copyOf(stages);
    }
  }

  public Seed {
    versions = List.copyOf(versions);
  }

  /** The secret as it is when created at this moment. */
  public Secret sown(Instant now) {
    var grown =
        versions.stream()
            .map(version -> new SecretVersion(version.id(), version.value(), version.stages(), now))
            .toList();
    return new Secret(name, profile, new Versions(grown), now, now, null, access);
  }
}
