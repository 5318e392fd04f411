package dev.kmsagent.bootstrap.rules.planted.adapters.telemetry;

import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** Telemetry does not know the loader of the configuration. */
interface TelemetryAdapter {
  Loader loader();
}
