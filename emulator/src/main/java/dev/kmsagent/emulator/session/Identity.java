package dev.kmsagent.emulator.session;

import static java.util.stream.Collectors.joining;

import java.util.Locale;
import java.util.stream.Stream;

/** As whom SDKs and agents call an emulated cloud. */
public enum Identity {
  KEY,
  RRSA,
  NODE,
  URI;

  /** Parses one of those that a command offers, in any case. */
  public static Identity of(String text, Identity... offered) {
    return Stream.of(offered)
        .filter(identity -> identity.name().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(noneOf(text, offered)));
  }

  private static String noneOf(String text, Identity... offered) {
    var names = Stream.of(offered).map(Identity::toString);
    return "'" + text + "' is none of " + names.collect(joining(", "));
  }

  /** Its name in options and files. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
