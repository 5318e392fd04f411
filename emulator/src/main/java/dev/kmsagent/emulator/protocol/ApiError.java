package dev.kmsagent.emulator.protocol;

/** An error as the cloud reports it: HTTP status, error code, message. */
public record ApiError(int status, String code, String message) {}
