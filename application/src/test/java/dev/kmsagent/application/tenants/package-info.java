/** Tests of who is admitted, and to which role's secrets. */
@NullMarked
package dev.kmsagent.application.tenants;

import org.jspecify.annotations.NullMarked;
