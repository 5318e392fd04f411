package dev.kmsagent.bootstrap.rules.planted.config.loading;

/** Below the package of the records, so not for adapters. */
public interface Loader {}
