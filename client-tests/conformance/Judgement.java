/**
 * What a case found.
 *
 * @param seen what was seen, in a few words
 */
record Judgement(Verdict verdict, String seen) {
  /** How an agent behaves in a case. */
  enum Verdict {
    /** As this agent does. */
    PASSES,
    /** In another way that clients of the API can live with. */
    DIFFERS,
    /** In a way that breaks clients or protects nothing. */
    FAILS
  }

  static Judgement passes(String seen) {
    return new Judgement(Verdict.PASSES, seen);
  }

  static Judgement differs(String seen) {
    return new Judgement(Verdict.DIFFERS, seen);
  }

  static Judgement fails(String seen) {
    return new Judgement(Verdict.FAILS, seen);
  }
}
