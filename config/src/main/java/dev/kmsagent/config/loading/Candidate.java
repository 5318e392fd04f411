package dev.kmsagent.config.loading;

/** A value that somebody gave for a key, not yet judged. */
record Candidate(Raw raw, Origin origin) {}
