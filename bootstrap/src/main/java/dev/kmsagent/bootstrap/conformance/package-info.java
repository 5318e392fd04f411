/**
 * A black-box suite against any agent that claims this API. It knows only HTTP and the dialects;
 * only the command line depends on it. No result holds a value, a token or a body.
 */
@NullMarked
package dev.kmsagent.bootstrap.conformance;

import org.jspecify.annotations.NullMarked;
