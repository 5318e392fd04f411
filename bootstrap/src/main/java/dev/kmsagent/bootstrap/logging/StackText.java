package dev.kmsagent.bootstrap.logging;

import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * An exception as text. Only messages that cannot hold a secret are shown: our own, and those of
 * the JDK about files and connections. Others quote what they choke on: a header, a body.
 */
public final class StackText {
  private final StringBuilder text = new StringBuilder();
  private final Set<Throwable> shown = Collections.newSetFromMap(new IdentityHashMap<>());

  private StackText() {}

  /** One line for each exception of the chain and each of its frames, no newline at the end. */
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
    if (mayTell(thrown) && thrown.getMessage() != null) {
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

  private static boolean mayTell(Throwable thrown) {
    var name = thrown.getClass().getName();
    return name.startsWith("dev.kmsagent.")
        || (thrown instanceof IOException
            && (name.startsWith("java.") || name.startsWith("javax.")));
  }
}
