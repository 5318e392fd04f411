package dev.kmsagent.emulator.control;

import java.util.Set;

/**
 * What the control API needs to know of an emulator.
 *
 * @param hostNames the names under which it is reached, besides loopback
 * @param authority the certificate of its authority in PEM; empty if it has none
 */
public record ControlSettings(Set<String> hostNames, String authority) {
  public ControlSettings {
    hostNames = Set.copyOf(hostNames);
  }
}
