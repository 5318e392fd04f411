package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.PodToken;
import dev.kmsagent.domain.port.CallerAccess;
import java.util.Optional;

/** A pod that was admitted on a connection, and what it had sent. */
record AdmittedPod(PodToken presented, Optional<String> role, CallerAccess access) {
  boolean is(PodToken otherToken, Optional<String> otherRole) {
    return presented.equals(otherToken) && role.equals(otherRole);
  }
}
