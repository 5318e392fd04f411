/**
 * A stand-in for Alibaba Cloud KMS, STS and the metadata of ECS on loopback: what programs start,
 * drive and read back. Knows every package below it; nothing of the agent, which it must be able to
 * test.
 */
@NullMarked
package dev.kmsagent.emulator;

import org.jspecify.annotations.NullMarked;
