package dev.kmsagent.config.schema;

/**
 * One thing that is wrong, without any secret.
 *
 * @param origin where it is
 * @param subject the key, table or variable it is about; empty for the file's syntax
 * @param wrong what is wrong, a phrase that follows the subject
 * @param found what was found; empty where it would disclose a secret or add nothing
 * @param allowed what is allowed instead; empty where {@code wrong} says it already
 */
public record Problem(Origin origin, String subject, String wrong, String found, String allowed) {

  /** A problem that {@code wrong} says all about. */
  public Problem(Origin origin, String subject, String wrong) {
    this(origin, subject, wrong, "", "");
  }

  /** The whole in one line. */
  public String message() {
    var line = new StringBuilder();
    if (!origin.equals(Origin.BUILT_IN)) {
      line.append(origin.describe()).append(": ");
    }
    line.append(subject.isEmpty() ? "" : subject + " ").append(wrong);
    line.append(found.isEmpty() ? "" : "; found " + found);
    line.append(allowed.isEmpty() ? "" : "; allowed: " + allowed);
    return OneLine.of(line.toString());
  }
}
