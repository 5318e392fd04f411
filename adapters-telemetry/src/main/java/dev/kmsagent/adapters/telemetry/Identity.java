package dev.kmsagent.adapters.telemetry;

/** How the agent comes by what it signs its calls with. */
public enum Identity {
  /** The configuration has it: it is there from the start. */
  GIVEN,
  /** It is obtained at the start, and renewed. */
  OBTAINED
}
