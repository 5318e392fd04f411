/** Tests of reading request targets, by examples and by properties. */
@NullMarked
package dev.kmsagent.adapters.http.request;

import org.jspecify.annotations.NullMarked;
