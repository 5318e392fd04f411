package dev.kmsagent.bootstrap.logging;

import dev.kmsagent.config.schema.OneLine;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    return new StackText().append("", thrown).text.toString();
  }

  private StackText append(String relation, @Nullable Throwable thrown) {
    if (thrown != null && shown.add(thrown)) {
      text.append(relation).append(thrown.getClass().getName());
      if (isSafe(thrown) && thrown.getMessage() != null) {
        text.append(": ").append(OneLine.of(thrown.getMessage()));
      }
      List.of(thrown.getStackTrace()).forEach(frame -> text.append("\n\tat ").append(frame));
      List.of(thrown.getSuppressed()).forEach(other -> append("\nSuppressed: ", other));
      append("\nCaused by: ", thrown.getCause());
    }
    return this;
  }

  private static boolean isSafe(Throwable thrown) {
    var name = thrown.getClass().getName();
    return name.startsWith("dev.kmsagent.")
        || (thrown instanceof IOException && name.matches("javax?\\..*"));
  }
}
