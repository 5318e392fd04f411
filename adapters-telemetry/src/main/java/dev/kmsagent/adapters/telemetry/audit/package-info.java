/**
 * The audit trail: a file of lines that are numbered, linked by their digests and signed, and what
 * verifies and searches such files.
 *
 * <p>{@code AuditLog} takes lines, {@code AuditFile} writes them, {@code AuditVerification} and
 * {@code AuditQuery} read them; {@code AuditChain} and {@code AuditKey} are what a line is made of.
 */
@NullMarked
package dev.kmsagent.adapters.telemetry.audit;

import org.jspecify.annotations.NullMarked;
