package dev.kmsagent.deploy.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/**
 * A self-contained distribution whose program prints its version and its help, and nothing else.
 */
record FakeDistribution(Path folder) {
  static final String VERSION = "1.2.0-rc.1";

  private static final Instant DATE = Instant.parse("2026-01-02T03:04:05Z");

  private static final String PROGRAM =
      """
      #!/bin/sh
      case "$*" in
        version) echo 'alibabacloud-kms-agent VERSION (commit 0) on Java 25.0.1' ;;
        help)
          echo 'Usage: alibabacloud-kms-agent COMMAND ...'
          echo '  agent             Run the agent.'
          echo '  token             Write a new random token to a file.'
          echo '  audit key         Print a key.'
          echo '  audit query       Print who read'
          echo '                    secrets.'
          echo '  dev               Run the agent on an emulated KMS.'
          echo '  help              Display help.'
          echo '  -h, --help        Show this help message and exit.'
          ;;
        'help '*)
          echo "Usage: alibabacloud-kms-agent $2 [OPTIONS]"
          echo 'Its description.'
          [ "$2" != 'audit query' ] || echo '  --caller=CALLER   The caller.'
          [ "$2" != token ] || echo '  --mode=MODE       Who may read the file.'
          echo '  -h, --help        Show this help message and exit.'
          ;;
        *) exit 2 ;;
      esac
      """;

  static FakeDistribution in(Path folder) throws IOException {
    var made = new FakeDistribution(folder);
    made.file("rwxrwxrwx", "alibabacloud-kms-agent", PROGRAM.replace("VERSION", VERSION));
    made.file("rw-rw-r--", "config.toml", "[Server]\n");
    made.file("rw-r--r--", "emulator/emulator.jar", "an emulated KMS");
    made.file("rw-r--r--", "kms-agent.aot", "classes");
    made.file("rw-r--r--", "lib/kms-agent.jar", "classes");
    made.file("rwx--x--x", "runtime/bin/java", "#!/bin/sh\n");
    made.file("rw-r--r--", "runtime/glibc", "2.34 /lib64/ld-linux-x86-64.so.2\n");
    made.file("rw-r--r--", "runtime/lib/libzip.so", "it needs libz.so.1");
    return made;
  }

  private void file(String mode, String name, String content) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    Files.setLastModifiedTime(file, FileTime.from(DATE.plusSeconds(content.length())));
  }
}
