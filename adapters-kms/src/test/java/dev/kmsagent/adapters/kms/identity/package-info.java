/** Tests of credentials and of what their failures mean. */
@NullMarked
package dev.kmsagent.adapters.kms.identity;

import org.jspecify.annotations.NullMarked;
