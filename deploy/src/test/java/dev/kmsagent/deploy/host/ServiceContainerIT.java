package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The service under a real systemd, installed from the deb, before an emulated KMS. */
@Tag("thorough")
@ResourceLock(BootedHost.ROOT_IN_USE)
final class ServiceContainerIT {
  private static final String AGENT = "alibabacloud-kms-agent";
  private static final String LOG = "/var/log/alibabacloud-kms-agent/kms-agent.log";
  private static final CommandPage UPGRADE = new CommandPage("upgrade.md");

  private static final String LEFT =
      "/etc/alibabacloud-kms-agent /var/log/alibabacloud-kms-agent $(ls -d /run/kmstoken"
          + " /usr/lib/alibabacloud-kms-agent 2>/dev/null)";

  /** What it left on a host. */
  private static final String SCRIPT_OF_0_1_0 =
      """
      set -e
      dpkg-deb -x /src/packages/alibabacloud-kms-agent_1.0.0_amd64.deb /tmp/former
      mv /tmp/former/usr/lib/alibabacloud-kms-agent /usr/local/alibabacloudkmsagent
      echo '# of the script' >>/usr/local/alibabacloudkmsagent/config.toml
      for unit in alibabacloud-kms-agent alibabacloud-kms-agent-token; do
        sed -e 's|/usr/lib/alibabacloud-kms-agent|/usr/local/alibabacloudkmsagent|' \
          -e 's|/etc/alibabacloud-kms-agent/config.toml|config.toml|' \
          /tmp/former/usr/lib/systemd/system/$unit.service >/etc/systemd/system/$unit.service
      done
      printf '[Install]\nWantedBy=multi-user.target\n' >>/etc/systemd/system/alibabacloud-kms-agent-token.service
      rm -r /tmp/former
      systemctl daemon-reload
      systemctl enable --now alibabacloud-kms-agent-token alibabacloud-kms-agent
      """;

  private static @Nullable Service booted;

  @BeforeAll
  static void boot() throws IOException {
    booted = Service.boot();
  }

  @AfterAll
  static void shut_down() {
    if (booted != null) {
      booted.host().shutDown();
    }
  }

  /** After another test it may be installed already. */
  @BeforeEach
  void install() {
    if (!installed().equals("ii  1.0.0")) {
      host().run("dpkg --purge " + AGENT);
      host().run(Service.INSTALL_DEB.replace("VERSION", "1.0.0"));
    }
    service().configureAndStart();
  }

  @Test
  void who_is_in_the_group_reads_a_secret_and_others_do_not() {
    assertThat(service().read("member").output()).contains("hello from the emulated KMS");
    assertThat(service().read("stranger").output())
        .contains("Permission denied", "Forbidden.Token")
        .doesNotContain("hello");
  }

  @Test
  void the_agent_listens_at_both_loopback_addresses() throws SocketException {
    var ipv6 = InetAddress.ofLiteral("::1");
    assumeTrue(NetworkInterface.getByInetAddress(ipv6) != null, "this machine has no ::1");
    assertThat(host().run("curl -fsS -g http://[::1]:2025/ping")).isEqualTo("healthy");
  }

  @Test
  void the_agent_writes_its_log_and_nothing_else_of_the_system() {
    host().run("timeout 30 sh -c 'until grep -q agent_started " + LOG + "; do sleep 0.2; done'");
    var mounts = host().run("cat /proc/$(" + mainPid() + ")/mounts");
    assertThat(mounts.lines().filter(mount -> mount.matches("\\S+ (/|/usr\\S*|/etc) \\S+ rw.*")))
        .isEmpty();
    assertThat(mounts).containsPattern("/ \\S+ ro").contains("/var/log/alibabacloud-kms-agent");
  }

  @Test
  void the_agent_uses_its_aot_cache() {
    assertThat(
            host()
                .run("timeout 30 sh -c 'until grep agent_started " + LOG + "; do sleep 0.2; done'"))
        .contains("\"aot_cache\":\"used\"");
  }

  @Test
  void the_agent_has_no_rights_but_those_of_its_user() {
    assertThat(
            host()
                .run(
                    "grep -E '^(Uid|CapBnd|NoNewPrivs|Seccomp):' /proc/$("
                        + mainPid()
                        + ")/status"))
        .contains("CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2")
        .doesNotContainPattern("Uid:\\s+0\\s");
    assertThat(host().run("cat /proc/$(" + mainPid() + ")/limits"))
        .containsPattern("Max core file size\\s+0\\s+0")
        .containsPattern("Max open files\\s+4096\\s+4096");
  }

  @Test
  void memory_and_threads_are_bounded_and_the_memory_is_closed_to_its_own_user() {
    assertThat(host().run("systemctl show -p MemoryMax -p MemorySwapMax -p TasksMax " + AGENT))
        .contains("MemoryMax=419430400", "MemorySwapMax=0", "TasksMax=512");
    assertThat(host().run("stat -c %U /proc/$(" + mainPid() + ")/environ")).isEqualTo("root");
  }

  @Test
  void an_agent_that_was_killed_comes_back() {
    host().run("kill -9 $(" + mainPid() + ")");
    host().run("until ! curl -s -o /dev/null http://127.0.0.1:2025/; do sleep 0.1; done");
    service().serves();
  }

  @Test
  void a_new_token_counts_without_a_restart() {
    var agent = host().run(mainPid());
    var former = host().run("cat /run/kmstoken/token");
    host().run("rm /run/kmstoken/token && systemctl restart " + AGENT + "-token");
    assertThat(host().run("cat /run/kmstoken/token")).isNotEqualTo(former);
    host()
        .run(
            "for i in $(seq 50); do "
                + Service.READ
                + " | grep -q hello && exit; sleep 0.2; done; exit 1");
    assertThat(host().run(mainPid())).isEqualTo(agent);
  }

  @Test
  void a_restart_of_the_agent_leaves_the_token() {
    var token = host().run("cat /run/kmstoken/token");
    host().run("systemctl restart " + AGENT);
    assertThat(host().run("cat /run/kmstoken/token")).isEqualTo(token);
  }

  @Test
  void an_upgrade_and_a_rollback_restart_the_agent_and_keep_what_was_edited() {
    host().run("echo '# edited' >>/etc/alibabacloud-kms-agent/config.toml");
    change("force-confold install", "2.0.0");
    assertThat(host().run("tail -n 1 /etc/alibabacloud-kms-agent/config.toml.dpkg-dist"))
        .isEqualTo("# newer");
    change("--allow-downgrades", "1.0.0");
  }

  private static void change(String command, String version) {
    var former = host().run(mainPid());
    host().run(UPGRADE.commands(command, version).replace("apt ", "apt -y "));
    assertThat(installed()).isEqualTo("ii  " + version);
    assertThat(host().run(mainPid())).isNotEqualTo(former);
    service().serves();
    assertThat(host().run("tail -n 1 /etc/alibabacloud-kms-agent/config.toml"))
        .isEqualTo("# edited");
  }

  @Test
  void an_upgrade_leaves_a_stopped_agent_alone() {
    host().run("systemctl stop " + AGENT);
    host().run(Service.INSTALL_DEB.replace("VERSION", "2.0.0"));
    assertThat(host().execute("systemctl is-active " + AGENT).output()).isEqualTo("inactive\n");
  }

  @Test
  void the_program_of_a_package_that_is_not_installed_checks_the_configuration() {
    assertThat(host().run(UPGRADE.commands("dpkg-deb -x", "2.0.0"))).contains("cn-hangzhou");
  }

  @Test
  void a_new_installation_is_enabled_and_skipped_until_there_is_a_region() {
    host().run("dpkg --purge " + AGENT);
    assertThat(host().run(Service.INSTALL_DEB.replace("VERSION", "1.0.0")))
        .contains("next: set region and identity");
    assertThat(host().run("systemctl is-enabled " + AGENT)).isEqualTo("enabled");
    assertThat(host().execute("systemctl is-active " + AGENT).output()).isEqualTo("inactive\n");
    host().run("systemctl start " + AGENT);
    assertThat(host().execute("systemctl status " + AGENT).output())
        .contains("set ALIBABA_CLOUD_REGION_ID in /etc/alibabacloud-kms-agent/environment");
    assertThat(host().execute("systemctl is-active " + AGENT).output()).isEqualTo("inactive\n");
    assertThat(host().run("stat -c '%U %G %a' /var/log/" + AGENT))
        .isEqualTo("kms-agent kms-agent 750");
  }

  @Test
  void a_service_that_is_masked_is_installed() {
    host().run("dpkg --purge " + AGENT + " && systemctl mask " + AGENT);
    host().run(Service.INSTALL_DEB.replace("VERSION", "1.0.0"));
    assertThat(host().execute("systemctl is-enabled " + AGENT).output()).isEqualTo("masked\n");
    host().run("systemctl unmask " + AGENT);
  }

  /** An image that is built has no process, and may have no /proc. */
  @Test
  void it_is_installed_into_an_image() {
    host().run("dpkg --purge " + AGENT + " && cp -r /src/packages /root && mount --bind / /mnt");
    var install = Service.INSTALL_DEB.replace("VERSION", "1.0.0").replace("/src", "/root");
    host().run("chroot /mnt " + install + "; umount /mnt && rm -r /root/packages");
    assertThat(installed()).isEqualTo("ii  1.0.0");
  }

  @Test
  void a_package_whose_units_were_deleted_is_removed() {
    host().run("systemctl stop " + AGENT + " " + AGENT + "-token");
    host().run("rm /usr/lib/systemd/system/" + AGENT + "*; systemctl daemon-reload");
    host().run("dpkg --purge " + AGENT);
  }

  @Test
  void removal_stops_it_and_keeps_configuration_and_logs() {
    host().run("apt-get remove -y " + AGENT);
    assertThat(host().execute("systemctl is-active " + AGENT).output()).isEqualTo("inactive\n");
    assertThat(host().run("ls -d " + LEFT))
        .isEqualTo("/etc/alibabacloud-kms-agent\n/var/log/" + AGENT);
    assertThat(host().run("ls /etc/" + AGENT)).isEqualTo("config.toml\nenvironment");
  }

  @Test
  void a_purge_leaves_nothing_but_locked_accounts() {
    host().run("apt-get purge -y " + AGENT);
    assertThat(
            host()
                .run(
                    "find / -xdev '(' -name '*kms-agent*' -o -name '*kmstoken*' ')' -not -path '/src/*'"
                        + " -not -path '/tmp/*' -not -path '/usr/local/*'; ls /run | grep kms || true"))
        .isEmpty();
    assertThat(host().run("systemctl list-units --all --plain --no-legend 'alibabacloud*'"))
        .isEmpty();
    assertThat(host().run("passwd -S kms-agent")).startsWith("kms-agent L ");
    assertThat(host().run("getent passwd kms-agent")).endsWith("/nologin");
  }

  @Test
  void a_host_moves_from_the_script_of_0_1_0_and_back() {
    host().run("systemctl stop " + AGENT + " && apt-get remove -y " + AGENT);
    host().run(SCRIPT_OF_0_1_0);
    service().awaitPort();
    host().run(UPGRADE.commands("mv /etc/systemd", "1.0.0"));
    service().serves();
    assertThat(executable()).startsWith("/usr/lib/");
    assertThat(host().run("tail -n 1 /etc/alibabacloud-kms-agent/config.toml"))
        .isEqualTo("# of the script");
    host().run(UPGRADE.commands("mv /usr/local", "1.0.0"));
    service().awaitPort();
    assertThat(executable()).startsWith("/usr/local/");
    host().run("rm /etc/systemd/system/alibabacloud-kms-agent*.service; systemctl daemon-reload");
  }

  @Test
  void the_tarball_is_installed_by_the_commands_of_the_page() {
    host()
        .run("apt-get remove -y " + AGENT + " && echo '# edited' >>/etc/" + AGENT + "/config.toml");
    var page = new CommandPage("systemd.md");
    host().run(page.commands("tar -xzf", "1.0.0"));
    service().configureAndStart();
    service().serves();
    assertThat(host().run("tail -n 1 /etc/alibabacloud-kms-agent/config.toml"))
        .isEqualTo("# edited");
    host().run(page.commands("tar -tzf", "1.0.0"));
    assertThat(host().run("find / -xdev -path '/usr/*kms-agent*' -not -path '/usr/local/*'"))
        .isEmpty();
  }

  @Test
  void the_commands_of_the_page_check_the_service() {
    var check = new CommandPage("systemd.md").commands("kms-agent-check", "1.0.0");
    assertThat(host().execute(check).printed()).contains("cn-hangzhou", "token");
  }

  @Test
  void the_command_of_the_page_finds_the_token_and_reads_a_secret() {
    var read = new CommandPage("systemd.md").commands("kms-agent get", "1.0.0");
    service().awaitPort();
    assertThat(host().run(read)).contains("hello from the emulated KMS");
  }

  @Test
  void lintian_has_nothing_to_say() {
    assertThat(service().packages().complaints()).isEmpty();
  }

  @Test
  void a_stop_ends_in_good_order() {
    host().run("systemctl stop " + AGENT);
    assertThat(host().run("systemctl show -p Result -p ExecMainStatus " + AGENT))
        .contains("Result=success", "ExecMainStatus=0");
  }

  private static Service service() {
    return Objects.requireNonNull(booted);
  }

  private static BootedHost host() {
    return service().host();
  }

  private static String installed() {
    return host().execute("dpkg-query -W -f '${db:Status-Abbrev} ${Version}' " + AGENT).output();
  }

  private static String mainPid() {
    return "systemctl show -p MainPID --value " + AGENT;
  }

  /** Of the running agent; before it listens, that may be its launcher's. */
  private static String executable() {
    return host().run("readlink /proc/$(" + mainPid() + ")/exe");
  }
}
