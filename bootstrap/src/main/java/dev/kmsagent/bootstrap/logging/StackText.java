package dev.kmsagent.bootstrap.logging;

import dev.kmsagent.config.schema.OneLine;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Renders an exception as text. Only messages that cannot hold a secret are included: those of the
 * agent's own exceptions and the JDK's I/O exceptions. Others may quote a header or a body.
 */
public final class StackText {
  private final StringBuilder text = new StringBuilder();
  private final Set<Throwable> shown = Collections.newSetFromMap(new IdentityHashMap<>());

  private StackText() {}

  /** One line per exception of the chain and per frame, without a final newline. */
  public static String of(Throwable thrown) {
    var stack = new StackText();
    stack.append("", thrown);
    return stack.text.toString();
  }

  private void append(String relation, Throwable thrown) {
    if (!shown.add(thrown)) {
      return;
    }
    text.append(relation).append(thrown.getClass().getName());
    if (isSafe(thrown) && thrown.getMessage() != null) {
      text.append(": ").append(OneLine.of(thrown.getMessage()));
    }
    for (var frame : thrown.getStackTrace()) {
      text.append("\n\tat ").append(frame);
    }
    for (var other : thrown.getSuppressed()) {
      append("\nSuppressed: ", other);
    }
    if (thrown.getCause() != null) {
      append("\nCaused by: ", thrown.getCause());
    }
  }

  private static boolean isSafe(Throwable thrown) {
    var name = thrown.getClass().getName();
    return name.startsWith("dev.kmsagent.")
        || (thrown instanceof IOException
            && (name.startsWith("java.") || name.startsWith("javax.")));
  }
}
