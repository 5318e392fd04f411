package dev.kmsagent.bootstrap.check;

/**
 * What was found about one thing.
 *
 * @param subject what was looked at, in a word or two
 * @param says a sentence for people, which tells what to do where something is to be done
 */
public record Finding(Grade grade, String subject, String says) {

  /** How good or bad it is. */
  public enum Grade {
    /** As it should be. */
    OK("ok", "32"),
    /** Nothing was looked at, and why. */
    SKIPPED("skipped", "2"),
    /** The agent works, but not as it should. */
    WARNING("warning", "33"),
    /** The agent will not do its work. */
    PROBLEM("problem", "31;1");

    private final String word;
    private final String sgr;

    Grade(String word, String sgr) {
      this.word = word;
      this.sgr = sgr;
    }

    String word() {
      return word;
    }

    /** The parameters of ECMA-48's SGR that a terminal shows it in. */
    String sgr() {
      return sgr;
    }
  }

  static Finding ok(String subject, String says) {
    return new Finding(Grade.OK, subject, says);
  }

  static Finding skipped(String subject, String says) {
    return new Finding(Grade.SKIPPED, subject, says);
  }

  static Finding warning(String subject, String says) {
    return new Finding(Grade.WARNING, subject, says);
  }

  static Finding problem(String subject, String says) {
    return new Finding(Grade.PROBLEM, subject, says);
  }
}
