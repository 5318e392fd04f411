/** Tests of the decorators on virtual time. */
@NullMarked
package dev.kmsagent.adapters.kms.resilience;

import org.jspecify.annotations.NullMarked;
