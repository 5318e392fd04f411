/** Tests of the access of pods. */
@NullMarked
package dev.kmsagent.adapters.kms.pods;

import org.jspecify.annotations.NullMarked;
