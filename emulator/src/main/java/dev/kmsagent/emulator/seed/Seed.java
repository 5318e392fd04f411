package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.secrets.Profile;
import dev.kmsagent.emulator.secrets.Secret;
import dev.kmsagent.emulator.secrets.SecretValue;
import dev.kmsagent.emulator.secrets.SecretVersion;
import dev.kmsagent.emulator.secrets.Versions;
import java.time.Instant;
import java.util.List;

/** A secret to start with; its versions, oldest first, carry their stages. */
public record Seed(String name, Profile profile, List<Version> versions, Secret.Access access) {

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
