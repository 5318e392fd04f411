package dev.kmsagent.bootstrap.rules.planted.adapters.telemetry;

import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** Telemetry gets its settings; it does not load them. */
interface TelemetryAdapter {
  Loader loader();
}
