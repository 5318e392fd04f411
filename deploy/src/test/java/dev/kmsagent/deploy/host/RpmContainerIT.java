package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The service, installed from the rpm by dnf. The host is a Debian: a package without files
 * provides what the rpm requires of a host of its family.
 */
@Tag("thorough")
@ResourceLock(BootedHost.ROOT_IN_USE)
final class RpmContainerIT {
  private static final String AGENT = "alibabacloud-kms-agent";
  private static final CommandPage INSTALL = new CommandPage("systemd.md");
  private static final CommandPage UPGRADE = new CommandPage("upgrade.md");

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

  private static @Nullable Service booted;

  @BeforeAll
  static void boot() throws IOException {
    var service = Service.boot();
    booted = service;
    provide("2.17");
    provide("2.41");
  }

  private static void provide(String glibc) throws IOException {
    var spec = Path.of("target/family.spec");
    Files.writeString(spec, FAMILY.replace("GLIBC", glibc));
    var folder = service().packages().folder();
    var define = "_topdir " + folder.resolve("rpmbuild");
    var _ =
        SystemCommand.of("rpmbuild", "--quiet", "-bb", "--define", define, spec)
            .run()
            .outputOfSuccess();
  }

  @AfterAll
  static void shut_down() {
    if (booted != null) {
      booted.host().shutDown();
    }
  }

  @BeforeEach
  void install() {
    host()
        .run(
            "dnf -y remove "
                + AGENT
                + " family; rm -rf /etc/alibabacloud-kms-agent;"
                + " rpm -i /src/packages/rpmbuild/RPMS/noarch/family-2.41-1.noarch.rpm");
    dnf(INSTALL.commands("dnf install", "1.0.0"));
  }

  /** Runs commands of the documentation, without questions and without a network. */
  private static void dnf(String commands) {
    host().run(commands.replace("dnf ", "dnf -y --disablerepo='*' "));
  }

  @Test
  void a_new_installation_is_not_started() {
    assertThat(host().execute("systemctl is-active " + AGENT).output()).isEqualTo("inactive\n");
    assertThat(host().run("stat -c '%U %G %a' /var/log/" + AGENT))
        .isEqualTo("kms-agent kms-agent 750");
    assertThat(host().run("rpm -V " + AGENT)).isEmpty();
  }

  @Test
  void who_is_in_the_group_reads_a_secret_and_others_do_not() {
    service().configureAndStart();
    service().serves();
    assertThat(service().read("stranger").output())
        .contains("Permission denied", "Forbidden.Token")
        .doesNotContain("hello");
    assertThat(
            host()
                .run(
                    "timeout 30 sh -c 'until journalctl -u "
                        + AGENT
                        + " | grep agent_started; do sleep 0.2; done'"))
        .contains("\"aot_cache\":\"used\"");
  }

  @Test
  void an_upgrade_and_a_rollback_restart_the_agent_and_keep_what_was_edited() {
    host().run("echo '# edited' >>/etc/alibabacloud-kms-agent/config.toml");
    service().configureAndStart();
    var first = mainPid();
    dnf(UPGRADE.commands("dnf install", "2.0.0"));
    service().serves();
    var second = mainPid();
    assertThat(host().run("tail -n 1 /etc/alibabacloud-kms-agent/config.toml.rpmnew"))
        .isEqualTo("# newer");
    dnf(UPGRADE.commands("dnf downgrade", "1.0.0"));
    service().serves();
    assertThat(first).isNotEqualTo(second);
    assertThat(second).isNotEqualTo(mainPid());
    assertThat(host().run("rpm -q " + AGENT)).contains("-1.0.0-1");
    assertThat(host().run("tail -n 1 /etc/alibabacloud-kms-agent/config.toml"))
        .isEqualTo("# edited");
  }

  @Test
  void removal_stops_it_and_saves_the_configuration_that_was_edited() {
    service().configureAndStart();
    host().run("dnf -y remove " + AGENT);
    assertThat(host().execute("systemctl is-active " + AGENT).output()).isEqualTo("inactive\n");
    assertThat(host().run("ls /etc/" + AGENT)).isEqualTo("environment.rpmsave");
    assertThat(
            host()
                .run(
                    "find / -xdev -name '*kms-agent*' -not -path '/src/*' -not -path '/proc/*'"
                        + " -not -path '/var/*'; ls /run | grep kms || true"))
        .isEqualTo("/etc/alibabacloud-kms-agent");
    assertThat(host().run("passwd -S kms-agent")).startsWith("kms-agent L ");
  }

  @Test
  void a_host_with_an_older_glibc_is_refused() {
    host()
        .run(
            "dnf -y remove "
                + AGENT
                + " family; rpm -i /src/packages/rpmbuild/RPMS/noarch/family-2.17-1.noarch.rpm");
    var refused =
        host().execute("rpm -i /src/packages/" + service().packages().rpm().getFileName());
    assertThat(refused.status()).isNotZero();
    assertThat(refused.printed()).contains("glibc >= ", "is needed by " + AGENT);
  }

  private static Service service() {
    return Objects.requireNonNull(booted);
  }

  private static BootedHost host() {
    return service().host();
  }

  private static String mainPid() {
    return host().run("systemctl show -p MainPID --value " + AGENT);
  }
}
