import java.io.IOException;

/**
 * One behaviour of an agent.
 *
 * @param why it matters, in a sentence
 */
record Case(String name, String why, Check check) {
  /** Tries the behaviour. */
  interface Check {
    Judgement judge(Client client) throws IOException;
  }

  Judgement judge(Client client) {
    try {
      return check.judge(client);
    } catch (IOException broken) {
      return Judgement.fails("no answer, or the connection ended before it");
    }
  }
}
