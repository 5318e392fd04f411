package dev.kmsagent.bootstrap.rules.planted.adapters.telemetry;

import dev.kmsagent.bootstrap.rules.planted.config.loading.Loader;

/** Telemetry takes settings from config's records, and does not know its loader. */
interface TelemetryAdapter {
  Loader loader();
}
