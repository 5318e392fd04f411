package dev.kmsagent.bootstrap.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code dev} prints: lines to paste into a shell.
 *
 * @param emulator host and port of the emulated KMS
 * @param secrets their names; the first is the example
 * @param identity what to try with the identity of the agent; may be empty
 */
record DevGuide(String emulator, Path token, List<String> secrets, String identity) {
  /** Short, so that one sees the cache take up a rotated secret. */
  static final int TTL_SECONDS = 30;

  DevGuide {
    secrets = List.copyOf(secrets);
  }

  String text(int port) {
    var intro =
        """
        listening on http://127.0.0.1:%d
        The KMS behind it is emulated, at http://%s (what it can do: curl http://%s/_emulator). Ctrl-C ends both.

        """
            .formatted(port, emulator, emulator);
    return secrets.isEmpty() ? intro + identity : intro + identity + tour(port, secrets.getFirst());
  }

  private String tour(int port, String example) {
    var name = inUrl(example);
    var read =
        """
        printf 'X-KMS-Token: %%s\\n' "$(cat %s)" | curl -v -H @- 'http://127.0.0.1:%d/secretsmanager/get?secretId=%s"""
            .formatted(token, port, name);
    return """
        Read a secret:
          %s'
        Rotate it in KMS, and read it again: the old value comes from the cache for up to %d s, see Cache-Status.
          curl -X POST 'http://%s/_emulator/rotate?name=%s'
        Read the new value at once:
          %s&refreshNow=true'

        There are: %s
        """
        .formatted(read, TTL_SECONDS, emulator, name, read, String.join(", ", secrets));
  }

  /** A slash may stand in a query (RFC 3986 3.4), and is easier to read. */
  private static String inUrl(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%2F", "/");
  }
}
