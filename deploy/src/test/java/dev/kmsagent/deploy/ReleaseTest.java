package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script deploy/release, in a copy of this clone whose slow builds only leave a file. */
final class ReleaseTest {
  private static final String NEW = "9.8.7";
  private static final String NAME = "alibabacloud-kms-agent-" + NEW;
  private static final String CLIENT = "kms-agent-client-" + NEW + ".jar";
  private static final String BASE = "debian:13-slim@sha256:0123456789abcdef";

  @TempDir private Path folder;
  private Path project;
  private Path out;

  @BeforeEach
  void set_up() throws IOException {
    assumeTrue(Files.exists(Clone.root().resolve(".git")), "this is no clone, with tracked files");
    project = folder.resolve("project");
    out = Files.createDirectory(project).resolve("target/release-" + NEW);
    copy("*pom.xml", ".gitignore", "README*.md", "deploy/release", "deploy/image", "deploy/helm");
    copy("deploy/kubernetes", "docs/kubernetes.md");
    script(
        "mvnw",
        "mkdir -p bootstrap/target/alibabacloud-kms-agent client-java/target;"
            + " echo >client-java/target/%s".formatted(CLIENT));
    var distribution = "bootstrap/target/self-contained/alibabacloud-kms-agent";
    script(
        "build/self-contained",
        "mkdir -p D; echo '{}' >D/sbom.cdx.json".replace("D", distribution));
    script("build/packages", "test ! -e '%s/broken' && echo >\"$1/package\"".formatted(folder));
    script(folder.resolve("podman").toString(), engine());
    git(project, "init", "--quiet", "--initial-branch=main");
    git(project, "config", "user.name", "test");
    git(project, "config", "user.email", "test@example.com");
    unreleased("- A change.\n");
    commit();
  }

  private static String git(Path clone, Object... words) {
    return SystemCommand.of("git", "-C", clone.toString()).and(words).run().outputOfSuccess();
  }

  /** Root may build the clone of another user. What the work tree deletes is tracked until then. */
  private void copy(Object... patterns) {
    var copy =
        "git -c safe.directory='*' ls-files -z -- \"$@\" |"
            + " tar --create --null --files-from - --ignore-failed-read |"
            + " tar --extract --skip-old-files --directory \"$0\"";
    var command = SystemCommand.of("sh", "-euc", copy, project).and(patterns).in(Clone.root());
    var _ = command.run().outputOfSuccess();
  }

  private void script(String file, String line) throws IOException {
    SystemCommand.program(project.resolve(file), "#!/bin/sh\nset -eu\n" + line + "\n");
  }

  private String engine() {
    return """
        echo "$@" >>'%s/calls'
        if [ "$1" = run ]; then echo '{}'; fi
        while [ $# -gt 1 ]; do
          if [ "$1" = --output ]; then echo image >"$2"; fi
          shift
        done"""
        .formatted(folder);
  }

  private void unreleased(String lines) throws IOException {
    var old = Files.readString(Clone.root().resolve("CHANGELOG.md"));
    var rest = old.substring(old.indexOf("## [", old.indexOf("## [Unreleased]") + 1));
    Files.writeString(project.resolve("CHANGELOG.md"), "## [Unreleased]\n\n" + lines + "\n" + rest);
  }

  private void commit() {
    git(project, "add", "--all");
    git(project, "commit", "--quiet", "--message", "All");
  }

  private SystemCommand release(Object... words) {
    return SystemCommand.of(project.resolve("deploy/release").toString())
        .and(words)
        .with("ENGINE", folder.resolve("podman").toString())
        .with("BASE", BASE);
  }

  private void assertRefused(String reason, Object... words) {
    var run = release(words).run();
    assertThat(run.status()).isNotZero();
    assertThat(run.errors()).contains(reason);
    assertThat(git(project, "status", "--porcelain")).doesNotContain("CHANGELOG");
    assertThat(git(project, "tag")).isEmpty();
  }

  @Test
  void one_command_leaves_a_tag_and_a_folder_with_all_that_is_published() throws IOException {
    var run = release(NEW).run();

    assertThat(run.outputOfSuccess()).contains("without --key, SHA256SUMS is not signed");
    var arch = System.getProperty("os.arch").replace("aarch64", "arm64");
    assertThat(out.toFile().list())
        .containsExactlyInAnyOrder(
            "SHA256SUMS",
            "changes.md",
            "package",
            CLIENT,
            NAME + "-" + arch + ".cdx.json",
            NAME + "-image-" + arch + ".tar",
            NAME + "-image-" + arch + ".cdx.json",
            "kms-agent-" + NEW + ".tgz");
    assertThat(out.resolve("changes.md")).content().isEqualTo("\n- A change.\n\n");
    var sums = "cd '%s' && sha256sum --check --strict SHA256SUMS".formatted(out);
    assertThat(SystemCommand.of("sh", "-c", sums).run().outputOfSuccess().lines()).hasSize(7);
    assertThat(git(project, "cat-file", "-t", "v" + NEW)).isEqualTo("tag\n");
    assertThat(git(project, "status", "--porcelain")).isEmpty();
    assertThat(git(project, "worktree", "list").lines()).hasSize(1);
    var label = " --label org.opencontainers.image.";
    assertThat(folder.resolve("calls"))
        .content()
        .contains("--tag alibabacloud-kms-agent:" + NEW)
        .contains(label + "version=" + NEW, label + "created=2", "T00:00:00Z")
        .contains(label + "revision=" + git(project, "rev-parse", "HEAD").strip())
        .contains(label + "base.name=debian:13-slim --")
        .contains(label + "base.digest=sha256:0123456789abcdef --")
        .contains("--build-arg BASE=" + BASE);
  }

  @Test
  void all_that_names_the_version_names_the_new_one() throws IOException {
    copy(".");
    commit();

    out = folder.resolve("made/here");
    var _ = release("--out", "made/here", NEW).in(folder).run().outputOfSuccess();

    assertThat(project.resolve("bootstrap/pom.xml")).content().contains(version("<version>%s<"));
    assertThat(project.resolve("CHANGELOG.md")).content().contains(version("\n## [%s] - 2"));
    for (var copy : new String[] {"mutating-policy.yaml", "sidecarset.yaml", "my-app.yaml"}) {
      assertThat(project.resolve("deploy/kubernetes/rendered").resolve(copy))
          .content()
          .contains(version("platform/kms-agent:%s"));
    }
    var chart = new HelmChart(out.resolve(version("kms-agent-%s.tgz")), HelmChart.NEW);
    assertThat(chart.text(HelmChart.usualValues())).contains(version("platform/kms-agent:%s"));
    assertThat(project.resolve("deploy/helm/my-app/Chart.yaml"))
        .content()
        .contains(version("    version: %s\n"));
    // They tell the versions apart.
    for (var page : new String[] {"docs/upgrade.md", "docs/zh/upgrade.md"}) {
      assertThat(project.resolve(page)).hasSameTextualContentAs(Clone.root().resolve(page));
    }
  }

  private static String version(String text) {
    return text.formatted(NEW);
  }

  @Test
  void a_release_that_failed_is_resumed() throws IOException {
    Files.createFile(folder.resolve("broken"));
    assertThat(release(NEW).run().status()).isNotZero();
    assertThat(out).doesNotExist();
    var tag = git(project, "rev-parse", "v" + NEW);
    Files.delete(folder.resolve("broken"));

    assertThat(release(NEW).run().outputOfSuccess()).contains("the tag v9.8.7 exists: building it");
    assertThat(out).isDirectory();
    assertThat(git(project, "rev-parse", "v" + NEW)).isEqualTo(tag);
    assertThat(release(NEW).run().errors()).contains("exists: it is a finished release");
  }

  @Test
  void the_checksums_are_signed_with_a_key() throws IOException {
    assumeTrue(SystemCommand.isThere("gpg"), "there is no gpg, which signs releases");
    var home = Files.createDirectory(folder.resolve("gpg")).toString();
    Files.setPosixFilePermissions(Path.of(home), PosixFilePermissions.fromString("rwx------"));
    var gpg = SystemCommand.of("gpg", "--batch", "--homedir", home);
    try {
      var user = "test@example.com";
      var _ = gpg.and("--passphrase", "", "--quick-generate-key", user).run().outputOfSuccess();

      var _ = release("--key", user, NEW).with("GNUPGHOME", home).run().outputOfSuccess();
      var verify =
          gpg.and("--verify", out + "/SHA256SUMS.asc").and(out.resolve("SHA256SUMS").toString());
      assertThat(verify.run().errors()).contains("Good signature from \"" + user);
      Files.writeString(out.resolve("SHA256SUMS"), "x", StandardOpenOption.APPEND);
      assertThat(verify.run().status()).isNotZero();
    } finally {
      var _ = SystemCommand.of("gpgconf", "--homedir", home, "--kill", "all").run();
    }
  }

  @Test
  void it_shows_the_changes_and_keeps_none() {
    var shown = release("--show", NEW).run().outputOfSuccess();

    assertThat(shown)
        .contains("+  <version>9.8.7</version>", "+## [9.8.7] - 2", "nothing was kept");
    assertThat(git(project, "status", "--porcelain")).isEmpty();
    assertThat(git(project, "tag")).isEmpty();
  }

  @Test
  void it_refuses_what_would_be_no_release() throws IOException {
    assertRefused("'1.0' is not a version", "1.0");
    assertRefused("--key needs a key", "--key");
    assertRefused("--out needs a folder", "--out");
    assertRefused("gpg has no secret key nobody@example.com", "--key", "nobody@example.com", NEW);

    Files.writeString(project.resolve("README.md"), "x", StandardOpenOption.APPEND);
    assertRefused("the work tree has changes", NEW);

    unreleased("");
    commit();
    assertRefused("has nothing under [Unreleased]", NEW);
  }

  @Test
  void it_refuses_to_leave_the_old_version_in_a_file_that_it_does_not_know() throws IOException {
    var old = git(project, "grep", "-h", "-A1", "<artifactId>kms-agent<", "pom.xml");
    var number = old.substring(old.indexOf("<version>") + 9, old.indexOf("</version>"));
    Files.writeString(project.resolve("new"), "agent_" + number + "_amd64.deb");
    commit();

    assertRefused("the version " + number + " is left in\nnew:1:agent_" + number, NEW);
  }
}
