package dev.kmsagent.bootstrap.rules.planted.bootstrap;

/** Something that nobody may know. */
public interface Anything {}
