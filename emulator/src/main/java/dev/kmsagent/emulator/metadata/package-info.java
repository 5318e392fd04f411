/**
 * What an ECS instance learns of itself from 100.100.100.200: the keys of its role, in the guarded
 * mode (v2) and the plain one (v1). Knows {@code gateway}, {@code http} and {@code roles}.
 */
@NullMarked
package dev.kmsagent.emulator.metadata;

import org.jspecify.annotations.NullMarked;
