package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.Revision;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the client of a request knows of the secret ({@code If-None-Match}, RFC 9110 13.1.2), and
 * how long it would wait for something else ({@code Prefer: wait}, RFC 7240). What is malformed is
 * ignored.
 *
 * @param any whether it knows every version ({@code *})
 * @param known the tags that may be a revision; no other matches anything
 * @param waitSeconds how long it may wait; 0 to be answered at once, as it is unless it knows just
 *     one revision
 */
record Precondition(boolean any, Set<Revision> known, int waitSeconds) {
  /** Proxies and clients often end a request that takes longer. */
  private static final int MAX_WAIT_SECONDS = 60;

  /** A tag that may be a revision. Between other tags of a list, this does not stand. */
  private static final Pattern TAG = Pattern.compile("\"([0-9a-f]{16})\"");

  /** A member of a list, whose quoted strings may hold commas. */
  private static final Pattern PREFERENCE =
      Pattern.compile("(?:[^\",]|\"(?:[^\"\\\\]|\\\\.)*+\")++");

  /** With any parameters. The group has the first digits, which tell enough. */
  private static final Pattern WAIT =
      Pattern.compile(
          "[ \t]*wait[ \t]*=[ \t]*(\"?)0*([1-9]\\d?\\d?)\\d*\\1[ \t]*(?:;.*)?",
          Pattern.CASE_INSENSITIVE);

  Precondition {
    known = Set.copyOf(known);
  }

  /** Reads the values of both fields. */
  static Precondition of(List<String> tags, List<String> preferences) {
    var list = String.join(",", tags);
    var known =
        TAG.matcher(list)
            .results()
            .map(tag -> new Revision(HexFormat.fromHexDigitsToLong(tag.group(1))))
            .collect(Collectors.toSet());
    return new Precondition(
        list.strip().equals("*"), known, known.size() == 1 ? waitSeconds(preferences) : 0);
  }

  /** The first that is well-formed counts. */
  private static int waitSeconds(List<String> preferences) {
    return PREFERENCE
        .matcher(String.join(",", preferences))
        .results()
        .map(MatchResult::group)
        .map(WAIT::matcher)
        .filter(Matcher::matches)
        .mapToInt(wait -> Math.min(MAX_WAIT_SECONDS, Integer.parseInt(wait.group(2))))
        .findFirst()
        .orElse(0);
  }

  /** Whether the client knows this revision. */
  boolean matches(Revision revision) {
    return any || known.contains(revision);
  }
}
