package dev.kmsagent.deploy.host;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PackagesTest {
  private static final String NAME = "alibabacloud-kms-agent";

  private static final String FILES =
      """
      drwxr-xr-x /etc/alibabacloud-kms-agent
      -rw-r--r-- /etc/alibabacloud-kms-agent/config.toml
      -rw------- /etc/alibabacloud-kms-agent/environment
      lrwxrwxrwx /usr/bin/alibabacloud-kms-agent -> ../lib/alibabacloud-kms-agent/alibabacloud-kms-agent
      drwxr-xr-x /usr/lib/alibabacloud-kms-agent
      -rwxr-xr-x /usr/lib/alibabacloud-kms-agent/alibabacloud-kms-agent
      -rw-r--r-- /usr/lib/alibabacloud-kms-agent/config.toml
      -rw-r--r-- /usr/lib/alibabacloud-kms-agent/kms-agent.aot
      drwxr-xr-x /usr/lib/alibabacloud-kms-agent/lib
      -rw-r--r-- /usr/lib/alibabacloud-kms-agent/lib/kms-agent.jar
      lrwxrwxrwx /usr/lib/alibabacloud-kms-agent/logs -> /var/log/alibabacloud-kms-agent
      drwxr-xr-x /usr/lib/alibabacloud-kms-agent/runtime
      drwxr-xr-x /usr/lib/alibabacloud-kms-agent/runtime/bin
      -rwx--x--x /usr/lib/alibabacloud-kms-agent/runtime/bin/java
      -rw-r--r-- /usr/lib/alibabacloud-kms-agent/runtime/glibc
      drwxr-xr-x /usr/lib/alibabacloud-kms-agent/runtime/lib
      -rw-r--r-- /usr/lib/alibabacloud-kms-agent/runtime/lib/libzip.so
      -rw-r--r-- /usr/lib/systemd/system/alibabacloud-kms-agent-check.service
      -rw-r--r-- /usr/lib/systemd/system/alibabacloud-kms-agent-files.service
      -rw-r--r-- /usr/lib/systemd/system/alibabacloud-kms-agent-reload@.path
      -rw-r--r-- /usr/lib/systemd/system/alibabacloud-kms-agent-reload@.service
      -rw-r--r-- /usr/lib/systemd/system/alibabacloud-kms-agent-token.service
      -rw-r--r-- /usr/lib/systemd/system/alibabacloud-kms-agent.service
      -rw-r--r-- /usr/lib/sysusers.d/alibabacloud-kms-agent.conf
      -rw-r--r-- /usr/lib/tmpfiles.d/alibabacloud-kms-agent.conf
      -rw-r--r-- /usr/share/bash-completion/completions/alibabacloud-kms-agent
      drwxr-xr-x /usr/share/doc/alibabacloud-kms-agent
      -rw-r--r-- /usr/share/doc/alibabacloud-kms-agent/changelog.gz
      -rw-r--r-- /usr/share/doc/alibabacloud-kms-agent/copyright
      -rw-r--r-- /usr/share/man/man1/alibabacloud-kms-agent.1.gz
      -rw-r--r-- /usr/share/zsh/site-functions/_alibabacloud-kms-agent
      """;

  /** For all methods: an instance has another one for each of them. */
  @TempDir private static Path folder;

  private Path distribution = Path.of("");
  private Packages packages = new Packages(Path.of(""), "");

  @BeforeAll
  void build() throws IOException {
    distribution = FakeDistribution.in(folder.resolve("distribution")).folder();
    // Root can give it to somebody else; otherwise it is not root's anyway.
    var _ = SystemCommand.of("chown", "-R", "nobody", distribution).run();
    packages = Packages.build(distribution, FakeDistribution.VERSION, folder.resolve("packages"));
  }

  @Test
  void the_tarball_has_these_files_all_owned_by_root() {
    assertThat(listed(run("tar", "-tvzf", packages.tarball()))).isEqualTo(FILES);
  }

  @Test
  void the_rpm_has_the_same_files() {
    var format = "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} 0 d t %{FILENAMES}";
    var listing = run("rpm", "-qp", "--qf", format + " -> %{FILELINKTOS}\n]", packages.rpm());
    assertThat(listed(listing.replaceAll(" -> \n", "\n"))).isEqualTo(FILES);
  }

  @Test
  void the_deb_has_the_same_files_with_the_completion_where_debian_looks_for_it() {
    var files =
        listed(run("dpkg-deb", "-c", packages.deb()))
            .replace("vendor-completions", "site-functions");
    assertThat(files)
        .isEqualTo(
            FILES.replace(
                "-rw-r--r-- /usr/share/man",
                "-rw-r--r-- /usr/share/lintian/overrides/" + NAME + "\n-rw-r--r-- /usr/share/man"));
  }

  /** Lines of {@code ls}, without sizes, dates, and folders that all packages share. */
  private static String listed(String listing) {
    return listing
        .lines()
        .peek(line -> assertThat(line).containsPattern("^\\S+ +(root/root|0/0) "))
        .map(line -> line.replaceAll("^(\\S+) +\\S+ +\\S+ +\\S+ +\\S+ +[./]*(.*?)/?$", "$1 /$2"))
        .filter(line -> line.startsWith("d") ? line.contains("/" + NAME) : true)
        .sorted(java.util.Comparator.comparing(line -> line.substring(11)))
        .collect(joining("\n", "", "\n"));
  }

  @Test
  void configuration_that_was_edited_survives_an_upgrade() {
    assertThat(run("dpkg-deb", "--info", packages.deb(), "conffiles").lines())
        .containsExactly("/etc/" + NAME + "/config.toml", "/etc/" + NAME + "/environment");
    var flags = run("rpm", "-qp", "--qf", "[%{FILEFLAGS:fflags} %{FILENAMES}\n]", packages.rpm());
    assertThat(flags.lines().filter(line -> line.startsWith("cn ")))
        .containsExactly("cn /etc/" + NAME + "/config.toml", "cn /etc/" + NAME + "/environment");
  }

  @Test
  void both_depend_on_the_glibc_that_the_runtime_needs_and_on_the_libraries_that_it_uses() {
    assertThat(run("dpkg-deb", "-f", packages.deb(), "Depends").strip())
        .isEqualTo("libc6 (>= 2.34), zlib1g, systemd");
    assertThat(run("rpm", "-qp", "--requires", packages.rpm()).lines())
        .filteredOn(line -> !line.startsWith("rpmlib("))
        .containsOnly(
            "/bin/sh", "coreutils", "glibc >= 2.34", "grep", "libz.so.1()(64bit)", "systemd");
  }

  @Test
  void both_recommend_the_authorities_of_the_system_and_what_waits_for_files() {
    assertThat(run("dpkg-deb", "-f", packages.deb(), "Recommends").strip())
        .isEqualTo("ca-certificates, curl");
    assertThat(run("rpm", "-qp", "--recommends", packages.rpm()).lines())
        .containsExactly("ca-certificates", "curl");
  }

  /** The AOT cache is valid for one date of the jar. */
  @Test
  void files_keep_the_dates_of_the_distribution() throws IOException {
    var jar = Path.of("usr/lib/alibabacloud-kms-agent/lib/kms-agent.jar");
    for (var unpack :
        List.of(
            "dpkg-deb -x %s .".formatted(packages.deb()),
            "rpm2archive -n - <%s | tar -x".formatted(packages.rpm()),
            "tar -xzf %s".formatted(packages.tarball()))) {
      var root = Files.createTempDirectory(folder, "root");
      run("sh", "-c", "cd " + root + " && " + unpack);
      assertThat(Files.getLastModifiedTime(root.resolve(jar)))
          .as(unpack)
          .isEqualTo(Files.getLastModifiedTime(distribution.resolve("lib/kms-agent.jar")));
    }
  }

  @Test
  void the_same_distribution_gives_the_same_bytes() {
    var again =
        Packages.build(distribution, FakeDistribution.VERSION, folder.resolve("packages-again"));
    assertThat(again.deb()).hasSameBinaryContentAs(packages.deb());
    assertThat(again.rpm()).hasSameBinaryContentAs(packages.rpm());
    assertThat(again.tarball()).hasSameBinaryContentAs(packages.tarball());
  }

  @Test
  void the_manual_has_the_help_of_each_command_that_a_package_has() {
    var manual = unpacked("zcat usr/share/man/man1/*.1.gz");
    assertThat(manual)
        .contains(".SS agent [OPTIONS]\n.nf\n", ".SS token [OPTIONS]\n", ".SS help [OPTIONS]\n")
        .contains(".SS audit query [OPTIONS]\n")
        .contains("\\-\\-mode=MODE       Who may read the file.\n")
        .doesNotContain("emulated", "@COMMANDS@");
  }

  @Test
  void shells_complete_commands_options_and_files() {
    var bash = ". usr/share/bash-completion/completions/*; COMP_WORDS=(%1$s); COMP_CWORD=%2$s;";
    var bashScript = bash + " _alibabacloud_kms_agent; echo ${COMPREPLY[@]}";
    assertThat(shell("bash", bashScript.formatted("x ''", 1))).isEqualTo("agent token audit help");
    assertThat(shell("bash", bashScript.formatted("x to", 1))).isEqualTo("token");
    assertThat(shell("bash", bashScript.formatted("x token --m", 2))).isEqualTo("--mode");
    assertThat(shell("bash", bashScript.formatted("x audit ''", 2))).isEqualTo("key query");
    assertThat(shell("bash", bashScript.formatted("x audit query --c", 3))).isEqualTo("--caller");

    var zsh =
        "compadd() { shift; echo $@; }; _files() { echo files; }; words=(%1$s); CURRENT=%2$s;";
    var zshScript = zsh + " . usr/share/zsh/vendor-completions/*";
    assertThat(shell("zsh", zshScript.formatted("x ''", 2))).isEqualTo("agent token audit help");
    assertThat(shell("zsh", zshScript.formatted("x token ''", 3)))
        .isEqualTo("--mode --help\nfiles");
    assertThat(shell("zsh", zshScript.formatted("x audit ''", 3))).isEqualTo("key query\nfiles");
  }

  private String shell(String shell, String script) {
    return unpacked("exec " + shell + " -c \"$(cat <<'END'\n" + script + "\nEND\n)\"").strip();
  }

  /** What a script prints in the folder with the content of the deb. */
  private String unpacked(String script) {
    var root = folder.resolve("unpacked");
    return run(
        "sh", "-c", "dpkg-deb -x %s %s; cd %2$s; %3$s".formatted(packages.deb(), root, script));
  }

  @Test
  void a_folder_without_a_runtime_is_refused() throws IOException {
    var plain = FakeDistribution.in(folder.resolve("plain")).folder();
    Files.delete(plain.resolve("runtime/glibc"));
    var refused =
        SystemCommand.of(Packages.SCRIPT, folder)
            .with("KMS_AGENT_SELF_CONTAINED", plain.toString())
            .run();
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("has no Java runtime");
  }

  private static String run(Object... words) {
    return SystemCommand.of(words).run().outputOfSuccess();
  }
}
