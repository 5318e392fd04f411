package dev.kmsagent.emulator.protocol;

/** A refusal in the cloud's own terms: HTTP status, error code, message. */
public record ApiError(int status, String code, String message) {}
