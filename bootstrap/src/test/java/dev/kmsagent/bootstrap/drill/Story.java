package dev.kmsagent.bootstrap.drill;

/**
 * Something that goes wrong, and what the page of symptoms says to do.
 *
 * @param agent the name of the agent that is concerned, or one of them
 * @param alert the only alert that it is to raise
 */
record Story(String name, String agent, String alert, Change strike, Change mend) {
  /** A change of what the agents depend on. */
  interface Change {
    void make() throws Exception;
  }
}
