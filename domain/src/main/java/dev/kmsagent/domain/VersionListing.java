package dev.kmsagent.domain;

import java.util.List;

/** What is known of the versions of a secret, in the order of their numbers. */
public sealed interface VersionListing {
  List<NumberedVersion> versions();

  /** KMS has listed them; versions that were read later are among them. */
  record Listed(List<NumberedVersion> versions) implements VersionListing {
    public Listed {
      versions = List.copyOf(versions);
    }
  }

  /** KMS does not list them for this agent: these are the versions that were read. */
  record Denied(List<NumberedVersion> versions) implements VersionListing {
    public Denied {
      versions = List.copyOf(versions);
    }
  }

  /** KMS could not be asked, for a reason that may end: these are the versions that were read. */
  record Failed(List<NumberedVersion> versions, NoSecret reason) implements VersionListing {
    public Failed {
      versions = List.copyOf(versions);
    }
  }
}
