package dev.kmsagent.adapters.http.request;

import java.util.function.Supplier;

/** Who sent a request, as far as that is known without waiting. */
public sealed interface Identification permits Caller, Identification.Unknown, Admission.Rejected {
  /**
   * A client that has to be admitted first.
   *
   * @param admitted has it admitted, which waits
   */
  record Unknown(Supplier<Identification> admitted) implements Identification {}
}
