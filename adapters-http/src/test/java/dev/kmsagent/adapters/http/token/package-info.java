/** Tests of where the token comes from and how it changes. */
@NullMarked
package dev.kmsagent.adapters.http.token;

import org.jspecify.annotations.NullMarked;
