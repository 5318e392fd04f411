package dev.kmsagent.bootstrap.rules.planted.domain.port.out;

/** A port that is a class. */
public final class NoInterface {}
