package dev.kmsagent.bootstrap.check;

/**
 * The result of checking one subject.
 *
 * @param subject what was checked, in a word or two
 * @param message a sentence for people, which says what to do about a problem
 */
public record Finding(Grade grade, String subject, String message) {

  /** The severity. */
  public enum Grade {
    /** As it should be. */
    OK("32"),
    /** Not checked. */
    SKIPPED("2"),
    /** The agent works, but not as it should. */
    WARNING("33"),
    /** The agent cannot do its work. */
    PROBLEM("31;1");

    private final String sgr;

    Grade(String sgr) {
      this.sgr = sgr;
    }

    /** The parameters of SGR (ECMA-48) for its colour on a terminal. */
    String sgr() {
      return sgr;
    }
  }

  static Finding ok(String subject, String message) {
    return new Finding(Grade.OK, subject, message);
  }

  static Finding warning(String subject, String message) {
    return new Finding(Grade.WARNING, subject, message);
  }

  static Finding problem(String subject, String message) {
    return new Finding(Grade.PROBLEM, subject, message);
  }
}
