package dev.kmsagent.config.loading;

import dev.kmsagent.config.OneLine;

/**
 * One thing that is wrong, without any secret.
 *
 * @param origin where it is
 * @param subject the key, table or variable it is about; empty for the file's syntax
 * @param wrong what is wrong, a phrase that follows the subject
 * @param found what was found; empty where showing it would disclose or add nothing
 * @param allowed what is allowed instead; empty where {@code wrong} says it already
 */
public record Problem(Origin origin, String subject, String wrong, String found, String allowed) {

  /** A name that nobody knows, with the known one it was most likely meant to be. */
  static Problem unknown(Origin origin, String name, String closest) {
    return new Problem(origin, name, "is not known; did you mean " + closest + "?", "", "");
  }

  /** The line of the file it is on, beyond all lines where there is none. */
  int line() {
    return origin.line();
  }

  /** The whole in one line. */
  public String message() {
    StringBuilder line = new StringBuilder();
    if (!(origin instanceof Origin.BuiltIn)) {
      line.append(origin.describe()).append(": ");
    }
    line.append(subject.isEmpty() ? "" : subject + " ").append(wrong);
    line.append(found.isEmpty() ? "" : "; found " + found);
    line.append(allowed.isEmpty() ? "" : "; allowed: " + allowed);
    return OneLine.of(line.toString());
  }
}
