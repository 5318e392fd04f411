package dev.kmsagent.config.loading;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** What counts as a name of something. */
final class Names {
  /** A token of RFC 9110, section 5.6.2. */
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
  private static final Pattern LABELS =
      Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_-]{1,63}([.][A-Za-z0-9_-]{1,63})*[.]?");

  /** The longest secret name a request may ask for. */
  private static final int LONGEST_SECRET_NAME = 512;

  private Names() {}

  static boolean isHeader(String text) {
    return HEADER.matcher(text).matches();
  }

  static boolean isVariable(String text) {
    return VARIABLE.matcher(text).matches();
  }

  static boolean isRegion(String text) {
    return REGION.matcher(text).matches();
  }

  /** A host name or an IP address; an IPv6 address may stand in brackets. */
  static boolean isHost(String text) {
    return LABELS.matcher(text).matches() || address(text).isPresent();
  }

  static boolean isSecret(String text) {
    return !text.isEmpty()
        && text.length() <= LONGEST_SECRET_NAME
        && text.chars().noneMatch(Character::isISOControl);
  }

  /** The address that a literal stands for; asks no name service. */
  static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException notLiteral) {
      return Optional.empty();
    }
  }

  static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || address(host).filter(InetAddress::isLoopbackAddress).isPresent();
  }
}
