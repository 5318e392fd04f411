package dev.kmsagent.adapters.telemetry;

/** Where the agent's credentials come from. */
public enum CredentialOrigin {
  /** The configuration has them: they are there from the start. */
  CONFIGURED,
  /** An issuer is asked for them. */
  ISSUED,
  /** The agent has none: STS is asked for those of each pod, with its token. */
  EACH_POD
}
