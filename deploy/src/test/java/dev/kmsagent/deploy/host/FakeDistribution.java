package dev.kmsagent.deploy.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/** A distribution whose program says its version and nothing else. */
record FakeDistribution(Path folder, String version) {
  static final Instant DATE = Instant.parse("2026-01-02T03:04:05.678901234Z");

  static FakeDistribution in(Path parent, String version) throws IOException {
    var made = new FakeDistribution(parent.resolve("dist-" + version), version);
    Files.createDirectories(made.folder.resolve("lib"));
    Files.createDirectories(made.folder.resolve("emulator"));
    made.program("echo \"alibabacloud-kms-agent " + version + " on Java 25.0.1\"");
    made.file("lib/kms-agent.jar", "classes of " + version);
    made.file("emulator/emulator.jar", "an emulated KMS");
    made.file("config.toml", "# shipped with " + version + "\n");
    return made;
  }

  FakeDistribution program(String script) throws IOException {
    file("alibabacloud-kms-agent", "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(
        folder.resolve("alibabacloud-kms-agent"), PosixFilePermissions.fromString("rwxrwxrwx"));
    return this;
  }

  FakeDistribution config(String content) throws IOException {
    return file("config.toml", content);
  }

  FakeDistribution without(String file) throws IOException {
    Files.delete(folder.resolve(file));
    return this;
  }

  private FakeDistribution file(String name, String content) throws IOException {
    var file = Files.writeString(folder.resolve(name), content);
    Files.setLastModifiedTime(file, FileTime.from(DATE));
    return this;
  }
}
