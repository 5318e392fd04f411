/** Tests of the client, which run on Java 17 and later. */
@NullMarked
package dev.kmsagent.client;

import org.jspecify.annotations.NullMarked;
