/**
 * The API of KMS: secrets with versions and stages, the rules by which they change, and the actions
 * on them. Depends on {@code gateway}, {@code http}, {@code identity} and {@code protocol}.
 */
@NullMarked
package dev.kmsagent.emulator.kms;

import org.jspecify.annotations.NullMarked;
