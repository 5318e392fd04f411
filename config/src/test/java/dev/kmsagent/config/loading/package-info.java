/** Tests of the loading, and the files that the tables of keys generate. */
@NullMarked
package dev.kmsagent.config.loading;

import org.jspecify.annotations.NullMarked;
