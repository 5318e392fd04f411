package dev.kmsagent.emulator.protocol;

/** The secret half of an access key, hidden from every log and message. */
public record KeySecret(String value) {
  @Override
  public String toString() {
    return "***";
  }
}
