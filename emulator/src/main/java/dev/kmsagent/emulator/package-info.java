/**
 * An emulator of Alibaba Cloud KMS, STS and the metadata of ECS on loopback, with the Java API that
 * starts and controls it. It shares no code with the agent, which is tested with it.
 */
@NullMarked
package dev.kmsagent.emulator;

import org.jspecify.annotations.NullMarked;
