package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.Revision;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the client of a request knows of the secret ({@code If-None-Match}, RFC 9110 13.1.2), and
 * how long it would wait for something else ({@code Prefer: wait}, RFC 7240).
 *
 * @param any whether it is {@code *}, and so any version
 * @param known the tags that may be a revision; no other matches anything
 * @param waitSeconds how long it may wait, 0 to be answered at once: as long as there is not one
 *     revision that it knows
 */
record Precondition(boolean any, Set<Revision> known, int waitSeconds) {
  /** Longer than proxies and clients usually let a request take. */
  private static final int MAX_WAIT_SECONDS = 60;

  /** A tag and what separates it from the next; the group is one that may be a revision. */
  private static final Pattern TAG =
      Pattern.compile(
          "\\G[ \t,]*+(?:W/)?\"(?:([0-9a-f]{16})|[^\\x00-\\x20\"\\x7f]*+)\"[ \t]*+(?:,[ \t,]*+|\\z)");

  private static final String TOKEN = "[\\w!#$%&'*+.^`|~-]++";
  private static final String VALUE =
      "[ \t]*+=[ \t]*+(TOKEN|\"(?:[^\"\\\\]|\\\\.)*+\")".replace("TOKEN", TOKEN);

  /** A preference with its parameters; the groups are its name and value. */
  private static final Pattern PREFERENCE =
      Pattern.compile(
          "\\G[ \t,]*+(TOKEN)(?:VALUE)?+(?:[ \t]*+;[ \t]*+(?:TOKEN(?:VALUE)?+)?+)*+[ \t]*+(?:,|\\z)"
              .replace("VALUE", VALUE)
              .replace("TOKEN", TOKEN));

  private static final Pattern SECONDS = Pattern.compile("\"?0*+(\\d*+)\"?");

  Precondition {
    known = Set.copyOf(known);
  }

  /** Reads the values of both fields; empty if the tags are malformed, as they are ignored then. */
  static Optional<Precondition> of(List<String> tags, List<String> preferences) {
    var list = String.join(",", tags).strip();
    if (list.equals("*")) {
      return Optional.of(new Precondition(true, Set.of(), 0));
    }
    var known = new HashSet<Revision>();
    var tag = TAG.matcher(list);
    int end = 0;
    while (tag.find()) {
      end = tag.end();
      if (tag.group(1) != null) {
        known.add(new Revision(HexFormat.fromHexDigitsToLong(tag.group(1))));
      }
    }
    return end == list.length()
        ? Optional.of(
            new Precondition(false, known, known.size() == 1 ? waitSeconds(preferences) : 0))
        : Optional.empty();
  }

  /** The first preference of this name counts; what follows a malformed one is ignored. */
  private static int waitSeconds(List<String> preferences) {
    var preference = PREFERENCE.matcher(String.join(",", preferences));
    while (preference.find()) {
      if (preference.group(1).equalsIgnoreCase("wait")) {
        return preference.group(2) == null ? 0 : seconds(preference.group(2));
      }
    }
    return 0;
  }

  private static int seconds(String value) {
    var digits = SECONDS.matcher(value);
    if (!digits.matches() || digits.group(1).isEmpty()) {
      return 0;
    }
    return digits.group(1).length() > 2
        ? MAX_WAIT_SECONDS
        : Math.min(MAX_WAIT_SECONDS, Integer.parseInt(digits.group(1)));
  }

  /** Whether the client knows this revision. */
  boolean matches(Revision revision) {
    return any || known.contains(revision);
  }
}
