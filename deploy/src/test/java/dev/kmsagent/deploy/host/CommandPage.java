package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A page of the documentation, whose commands tests run. */
record CommandPage(String name) {
  private static final String VERSION = "(?<=agent[_-])\\d+[.]\\d+[.]\\d+|NEW|OLD";

  /** The block of shell commands that has this text, with the packages of a version. */
  String commands(String text, String version) {
    var block = Pattern.compile("(?s)```sh\n((?:(?!```).)*?" + Pattern.quote(text) + ".*?)```\n");
    var found = block.matcher(read());
    assertThat(found.find()).as("%s has commands with %s", name, text).isTrue();
    return "set -e; cd /src/packages\n" + found.group(1).replaceAll(VERSION, version);
  }

  private String read() {
    try {
      return Files.readString(Path.of("../docs", name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
