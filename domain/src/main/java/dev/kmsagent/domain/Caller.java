package dev.kmsagent.domain;

/**
 * Who reads a secret where each pod has its own role: for log and audit lines.
 *
 * @param pod its name; empty where its token names none
 * @param role whose secrets it reads
 */
public record Caller(Subject subject, String pod, Principal role) {}
