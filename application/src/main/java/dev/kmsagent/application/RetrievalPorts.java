package dev.kmsagent.application;

import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.domain.port.SecretRenderer;
import dev.kmsagent.domain.port.SecretSource;

/** The out-ports that retrieval works with. */
public record RetrievalPorts(
    SecretSource source, SecretCache cache, SecretRenderer renderer, AgentEvents events) {}
