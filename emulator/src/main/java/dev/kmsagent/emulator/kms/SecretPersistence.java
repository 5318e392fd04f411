package dev.kmsagent.emulator.kms;

import java.util.List;

/** Where secrets outlive the emulator, or not. */
public interface SecretPersistence {
  /** What was kept last. */
  List<Secret> secrets();

  /**
   * Keeps these secrets in place of all others; throws where it cannot, and has then changed
   * nothing.
   */
  void keep(List<Secret> secrets);

  /** Keeps nothing: what the emulator has ends with it. */
  static SecretPersistence none() {
    return new SecretPersistence() {
      @Override
      public List<Secret> secrets() {
        return List.of();
      }

      @Override
      public void keep(List<Secret> secrets) {}
    };
  }
}
