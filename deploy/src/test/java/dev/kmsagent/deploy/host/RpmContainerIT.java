package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Installed from the rpm by dnf. The host is a Debian: a package without files provides what the
 * rpm requires of a host of its family.
 */
final class RpmContainerIT extends ServiceContract {
  private static final String FAMILY =
      """
      Name: family
      Version: GLIBC
      Release: 1
      Summary: What the Debian has
      License: none
      BuildArch: noarch
      Provides: /bin/sh, coreutils, grep, systemd, libz.so.1()(64bit), glibc = GLIBC
      %description
      %files
      """;

  private static final String PURGE =
      "dnf -y remove alibabacloud-kms-agent family; rm -rf /etc/alibabacloud-kms-agent;"
          + " rpm -i /src/packages/rpmbuild/RPMS/noarch/family-GLIBC-1.noarch.rpm";

  @BeforeAll
  static void provide() throws IOException {
    for (var glibc : new String[] {"2.2", "2.41"}) {
      var spec = Path.of("target/family.spec");
      Files.writeString(spec, FAMILY.replace("GLIBC", glibc));
      var define = "_topdir " + packagesOf("1.0.0").folder().resolve("rpmbuild");
      var build = SystemCommand.of("rpmbuild", "--quiet", "-bb", "--define", define, spec);
      var _ = build.run().outputOfSuccess();
    }
  }

  @BeforeEach
  void install() {
    run(PURGE.replace("GLIBC", "2.41"));
    dnf(commands(PAGE, "dnf install", "1.0.0"));
  }

  /** Runs commands of the documentation, without questions and without a network. */
  private void dnf(String commands) {
    run(commands.replace("dnf ", "dnf -y --disablerepo='*' "));
  }

  @Override
  void upgrade(String version) {
    dnf(commands(UPGRADE, version.equals("1.0.0") ? "dnf downgrade" : "dnf install", version));
  }

  @Override
  String installed() {
    return run("rpm -q --qf '%{VERSION}' " + AGENT);
  }

  @Override
  String left() {
    return ".rpmnew";
  }

  @Test
  void a_new_installation_is_not_started() {
    assertThat(isActive()).isEqualTo("inactive");
    assertThat(run("stat -c '%U %G %a' /var/log/" + AGENT)).isEqualTo("kms-agent kms-agent 750");
    assertThat(run("rpm -V " + AGENT)).isEmpty();
  }

  @Test
  void removal_stops_it_and_saves_the_configuration_that_was_edited() {
    configureAndStart();
    run("dnf -y remove " + AGENT);
    assertThat(isActive()).isEqualTo("inactive");
    assertThat(run("ls /etc/" + AGENT)).isEqualTo("environment.rpmsave");
    assertThat(
            run(
                "find / -xdev -name '*kms-agent*' -not -path '/src/*' -not -path '/proc/*'"
                    + " -not -path '/var/*'; ls /run | grep kms || true"))
        .isEqualTo("/etc/alibabacloud-kms-agent");
    assertThat(run("passwd -S kms-agent")).startsWith("kms-agent L ");
  }

  @Test
  void a_host_with_an_older_glibc_is_refused() {
    run(PURGE.replace("GLIBC", "2.2"));
    assertThat(printed("rpm -i /src/packages/" + packagesOf("1.0.0").rpm().getFileName()))
        .contains("glibc >= ", "is needed by " + AGENT);
    assertThat(printed("rpm -q " + AGENT)).contains("is not installed");
  }
}
