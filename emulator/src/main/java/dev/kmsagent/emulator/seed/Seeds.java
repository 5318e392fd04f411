package dev.kmsagent.emulator.seed;

import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.protocol.AccessKey;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an emulator starts with, and what a reset leads back to; the secrets are created at that
 * moment.
 */
public record Seeds(List<StoredSecret> secrets, List<AccessKey> accessKeys, List<Role> roles) {
  /** Nothing. */
  public static final Seeds NONE = new Seeds(List.of(), List.of(), List.of());

  public Seeds {
    secrets = List.copyOf(secrets);
    accessKeys = List.copyOf(accessKeys);
    roles = List.copyOf(roles);
  }

  /** These and others, which replace those of the same name. */
  public Seeds and(Seeds others) {
    return new Seeds(
        both(secrets, others.secrets),
        both(accessKeys, others.accessKeys),
        both(roles, others.roles));
  }

  private static <T> List<T> both(List<T> some, List<T> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }
}
