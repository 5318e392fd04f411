package dev.kmsagent.emulator.protocol;

import java.util.regex.Pattern;

/** A pattern of RAM policies: {@code *} is any text, {@code ?} any one character. */
public record Wildcard(String pattern) {
  /** Matches everything. */
  public static final Wildcard ANY = new Wildcard("*");

  /** Whether the whole text matches the pattern. */
  public boolean matches(String text) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.compile(regex, Pattern.DOTALL).matcher(text).matches();
  }
}
