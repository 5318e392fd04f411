package dev.kmsagent.domain.event;

import java.time.Duration;
import java.util.Set;

/** The files that the agent writes secrets to. */
public sealed interface FileEvent extends AgentEvent {
  /**
   * The files were compared with the secrets, and written where they differed.
   *
   * @param present the names of those that are there, made of current secrets
   * @param changed the names of those that are new, differ or are gone
   */
  record FilesWritten(Set<String> present, Set<String> changed) implements FileEvent {
    public FilesWritten {
      present = Set.copyOf(present);
      changed = Set.copyOf(changed);
    }
  }

  /**
   * A file cannot be made.
   *
   * @param isFinal whether no waiting mends it: KMS refused a secret, or a secret does not fit
   */
  record FileFailed(String name, String reason, boolean isFinal) implements FileEvent {}

  /** Nothing can be written; the files of before stay, and it is tried again. */
  record FilesNotWritten(String reason, Duration retryIn) implements FileEvent {}
}
