/** Tests of the HTTP side, by real clients against a real listener. */
@NullMarked
package dev.kmsagent.adapters.http;

import org.jspecify.annotations.NullMarked;
