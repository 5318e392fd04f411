package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.ExposeMetrics;
import dev.kmsagent.domain.port.ReportHealth;
import dev.kmsagent.domain.port.RetrieveSecret;

/** The ports that requests are passed to. */
public record InboundPorts(
    RetrieveSecret secrets, ReportHealth health, ExposeMetrics metrics, AgentEvents events) {}
