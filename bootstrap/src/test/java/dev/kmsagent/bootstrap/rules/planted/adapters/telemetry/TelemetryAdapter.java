package dev.kmsagent.bootstrap.rules.planted.adapters.telemetry;

import com.google.gson.Gson;

/** Telemetry knows no JSON. */
interface TelemetryAdapter {
  Gson gson();
}
