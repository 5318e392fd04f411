package dev.kmsagent.bootstrap.command;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The permissions of a file, as {@code chmod} takes them. */
record FileMode(Set<PosixFilePermission> permissions) {
  private static final Pattern OCTAL = Pattern.compile("0?[4-7][0-7]{2}");

  /** What each octal digit allows. */
  private static final List<String> SYMBOLS =
      List.of("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx");

  static final FileMode OWNER_ONLY = parse("0600");

  FileMode {
    permissions = Set.copyOf(permissions);
  }

  /**
   * Parses an octal mode, e.g. {@code 0640}; the owner must be able to read.
   *
   * @throws IllegalArgumentException if it is invalid
   */
  static FileMode parse(String octal) {
    if (!OCTAL.matcher(octal).matches()) {
      throw new IllegalArgumentException(
          "'"
              + octal
              + "' is no file mode: three octal digits are, e.g. 0640, the first from 4 to 7");
    }
    var symbols =
        octal
            .substring(octal.length() - 3)
            .chars()
            .mapToObj(digit -> SYMBOLS.get(Character.digit(digit, 8)))
            .collect(Collectors.joining());
    return new FileMode(PosixFilePermissions.fromString(symbols));
  }

  @Override
  public String toString() {
    return PosixFilePermissions.toString(permissions);
  }
}
