/** What the agent publishes for operators: a sealed interface of events for each subject. */
@NullMarked
package dev.kmsagent.domain.event;

import org.jspecify.annotations.NullMarked;
