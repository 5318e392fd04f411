package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ExposeMetrics;
import dev.kmsagent.domain.port.NumberVersions;
import dev.kmsagent.domain.port.ReportHealth;
import dev.kmsagent.domain.port.RetrieveSecret;

/** The ports that requests are passed to. */
public record InboundPorts(
    RetrieveSecret secrets,
    NumberVersions versions,
    ReportHealth health,
    ExposeMetrics metrics,
    AgentEvents events) {}
