package dev.kmsagent.deploy.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A folder that stands for the root of a host, and the scripts that install there. */
record Host(Path root) {
  static final Path SCRIPTS = Path.of("systemd").toAbsolutePath();

  CommandLine install(FakeDistribution distribution) {
    return install(distribution.folder());
  }

  CommandLine install(Object... arguments) {
    return run("install", arguments);
  }

  CommandLine uninstall(Object... arguments) {
    return run("uninstall", arguments);
  }

  private CommandLine run(String script, Object... arguments) {
    var words = new ArrayList<>(List.<Object>of(SCRIPTS.resolve(script), "--root", root));
    words.addAll(List.of(arguments));
    return CommandLine.run(words.toArray());
  }

  /** What the installed program says of its version. */
  String version() {
    return CommandLine.run(home().resolve("alibabacloud-kms-agent"), "version").output().strip();
  }

  Path home() {
    return root.resolve("usr/local/alibabacloudkmsagent");
  }

  Path config() {
    return home().resolve("config.toml");
  }

  Path newConfig() {
    return home().resolve("config.toml.new");
  }

  Path environment() {
    return root.resolve("etc/alibabacloud-kms-agent/environment");
  }

  Path logs() {
    return root.resolve("var/log/alibabacloud-kms-agent");
  }

  Path unit(String name) {
    return root.resolve("etc/systemd/system").resolve(name);
  }

  /** Every file, folder and link, with its mode, date, and content or target. */
  SortedMap<String, String> tree() throws IOException {
    var tree = new TreeMap<String, String>();
    try (var paths = Files.walk(root)) {
      for (var path : (Iterable<Path>) paths::iterator) {
        tree.put(root.relativize(path).toString(), describe(path));
      }
    }
    return tree;
  }

  private static String describe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "-> " + Files.readSymbolicLink(path);
    }
    var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return mode;
    }
    return mode + " " + Files.getLastModifiedTime(path) + " " + Files.readString(path);
  }
}
