/** Tests of credentials and of what their failures mean. */
@NullMarked
package dev.kmsagent.adapters.kms.credentials;

import org.jspecify.annotations.NullMarked;
