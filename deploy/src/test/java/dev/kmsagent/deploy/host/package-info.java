/**
 * Tests of the agent as a service of a host: the units, their installation, and what is installed.
 */
@NullMarked
package dev.kmsagent.deploy.host;

import org.jspecify.annotations.NullMarked;
