package dev.kmsagent.domain.port.in;

import java.io.IOException;
import java.io.OutputStream;

/** In-port: the agent's metrics in a text form for a collector. Thread-safe. */
public interface ExposeMetrics {
  /** The media type of what {@link #writeTo} writes. */
  String contentType();

  /** Writes all metrics as they are now. */
  void writeTo(OutputStream out) throws IOException;
}
