package dev.kmsagent.config;

/** The table {@code [Management]}: the listener for health and metrics, on when a port is given. */
public sealed interface ManagementConfig {

  /** No management listener. */
  record Off() implements ManagementConfig {}

  /** A management listener at this address. */
  record On(ListenAddress listen) implements ManagementConfig {}
}
