package dev.kmsagent.emulator.kms;

import java.io.IOException;

/** Changes a password in the system that a managed secret is for, such as a database. */
@FunctionalInterface
public interface RotationHook {
  /** No system. */
  RotationHook NONE = (_, _) -> {};

  /**
   * Changes the password of an account.
   *
   * @throws IOException when it is not changed; the secret then stays as it was
   */
  void change(String account, String newPassword) throws IOException;

  /** What changes first. */
  enum Order {
    /** The password, and after the gap the version of the secret. */
    PASSWORD_FIRST,
    /** The version of the secret, and after the gap the password. */
    VERSION_FIRST
  }
}
