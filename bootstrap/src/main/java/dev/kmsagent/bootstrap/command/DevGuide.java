package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.session.Reach;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What {@code dev} prints: lines to paste into a shell.
 *
 * @param reach from where both are reached
 * @param emulator host and port of the emulated KMS
 * @param presented the agent's token, as a word of a shell
 * @param secrets their names; the first is the example
 * @param identity what to try with the identity of the agent, where <code>{read}</code> stands for
 *     the URL of the example; may be empty
 */
record DevGuide(
    Reach reach, String emulator, String presented, List<String> secrets, String identity) {
  /** Short, so that one sees the cache take up a rotated secret. */
  static final int TTL_SECONDS = 30;

  DevGuide {
    secrets = List.copyOf(secrets);
  }

  String text(int port) {
    var agent = reach.host() + ":" + port;
    var intro =
        """
        listening on http://%s
        The KMS behind it is emulated, at http://%s (what it can do: curl http://%s/_emulator). Ctrl-C ends both.
        %s
        """
            .formatted(agent, emulator, emulator, reach.warning());
    var example = secrets.isEmpty() ? "" : inUrl(secrets.getFirst());
    var read = "http://" + agent + "/secretsmanager/get?secretId=" + example;
    var tour = secrets.isEmpty() ? "" : tour(read, example);
    return intro
        + tour
        + identity.replace("{read}", read)
        + "There are: "
        + String.join(", ", secrets)
        + "\n";
  }

  private String tour(String url, String name) {
    var read = "printf 'X-KMS-Token: %%s\\n' %s | curl -v -H @- '%s".formatted(presented, url);
    return """
    Read a secret:
      %s'
    Rotate it in KMS, and read it again: the old value comes from the cache for up to %d s, see Cache-Status.
      curl -X POST 'http://%s/_emulator/rotate?name=%s'
    Read the new value at once:
      %s&refreshNow=true'
    Deny it to everybody, and the agent answers 403 within %d s; allow it again:
      curl -X POST 'http://%s/_emulator/deny?name=%s'
      curl -X POST 'http://%s/_emulator/allow?name=%s'

    """
        .formatted(
            read, TTL_SECONDS, emulator, name, read, TTL_SECONDS, emulator, name, emulator, name);
  }

  /** A slash may stand in a query (RFC 3986 3.4), and is easier to read. */
  private static String inUrl(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%2F", "/");
  }
}
