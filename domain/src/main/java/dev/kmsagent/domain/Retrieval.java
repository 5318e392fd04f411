package dev.kmsagent.domain;

/** What a client's request for a secret came to. */
public sealed interface Retrieval permits Found, NoSecret {}
