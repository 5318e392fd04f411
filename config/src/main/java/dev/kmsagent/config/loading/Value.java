package dev.kmsagent.config.loading;

/** A value that was read, and where it came from. */
record Value<T>(T content, Origin origin) {}
