package dev.kmsagent.domain.event;

/** An event in the agent, grouped by subject. No event holds a secret in readable form. */
public sealed interface AgentEvent
    permits ReadEvent,
        KmsEvent,
        CredentialEvent,
        CallerEvent,
        CacheEvent,
        FileEvent,
        LifecycleEvent {}
