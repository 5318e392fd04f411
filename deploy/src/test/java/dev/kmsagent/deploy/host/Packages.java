package dev.kmsagent.deploy.host;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code build/packages} makes of a distribution. */
record Packages(Path folder, String version) {
  static final Path SCRIPT = Path.of("../build/packages").toAbsolutePath();

  /** Builds them, or skips the test and says why they cannot be built. */
  static Packages build(Path distribution, String version, Path folder) {
    assumeTrue(
        Stream.of("dpkg-deb", "rpmbuild", "lintian", "zsh").allMatch(SystemCommand::isThere),
        "the tools of packages are missing here: build/tools gets them on Debian");
    var _ =
        SystemCommand.of(SCRIPT, folder)
            .with("KMS_AGENT_SELF_CONTAINED", distribution.toAbsolutePath().toString())
            .with("KMS_AGENT_PACKAGE_VERSION", version)
            .run()
            .outputOfSuccess();
    return new Packages(folder, version.replace('-', '~'));
  }

  Path deb() {
    return folder.resolve("alibabacloud-kms-agent_" + version + "_amd64.deb");
  }

  Path rpm() {
    return folder.resolve("alibabacloud-kms-agent-" + version + "-1.x86_64.rpm");
  }

  Path tarball() {
    return folder.resolve("alibabacloud-kms-agent-" + version + "-linux-amd64.tar.gz");
  }

  /** What lintian says of the deb. */
  String complaints() {
    return SystemCommand.of("lintian", "--allow-root", deb()).run().printed();
  }
}
