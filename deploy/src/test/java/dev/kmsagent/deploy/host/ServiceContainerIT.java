package dev.kmsagent.deploy.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import dev.kmsagent.deploy.Clone;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Installed from the deb. */
final class ServiceContainerIT extends ServiceContract {
  private static final String INSTALL =
      "dpkg --force-confold -i /src/packages/alibabacloud-kms-agent_VERSION_amd64.deb";

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

  /** A service whose environment is a file of the agent; it is started with the agent. */
  private static final String READER =
      """
      cat >>/etc/alibabacloud-kms-agent/environment <<'END'
      KMS_AGENT_FILES_DIRECTORY=/run/kms-agent/files
      KMS_AGENT_FILES_ENTRIES='"db.env" = { secret = "app", format = "env" }'
      END
      systemctl stop alibabacloud-kms-agent
      systemd-run --quiet --unit=reader -p Wants=alibabacloud-kms-agent-files.service \
        -p Wants=alibabacloud-kms-agent-reload@reader.path -p After=alibabacloud-kms-agent-files.service \
        -p EnvironmentFile=/run/kms-agent/files/db.env sleep infinity
      """;

  private static final String READERS_ENVIRONMENT =
      "grep -qxz %s /proc/$(systemctl show -p MainPID --value reader)/environ";

  private static final String ROTATE =
      """
      . /etc/alibabacloud-kms-agent/environment
      curl -fsS -d '{"json":{"password":"second"}}' $KMS_AGENT_KMS_ENDPOINT/_emulator/rotate?name=app
      """;

  private static final String READ_ANEW =
      READ.replace("app/dev/secret-1", "app&refreshNow=true") + " | grep -q second";

  /** By the lines of the unit that are comments. */
  private static final String AUDIT =
      """
      umask 077
      alibabacloud-kms-agent audit key --create /run/audit-key
      systemd-creds encrypt --name=audit-key /run/audit-key /etc/alibabacloud-kms-agent/audit-key
      mkdir -p /run/systemd/system/alibabacloud-kms-agent.service.d
      { echo '[Service]'; sed -n '/audit-key/s/^#//p; /AUDITKEYFILE/s/^#//p' \
        /usr/lib/systemd/system/alibabacloud-kms-agent.service | sort -u; } \
        >/run/systemd/system/alibabacloud-kms-agent.service.d/audit.conf
      echo KMS_AGENT_LOG_AUDIT=true >>/etc/alibabacloud-kms-agent/environment
      systemctl daemon-reload && systemctl restart alibabacloud-kms-agent
      """;

  private static final String VERIFY =
      """
      systemctl stop alibabacloud-kms-agent
      alibabacloud-kms-agent audit verify --key "$(alibabacloud-kms-agent audit key /run/audit-key)" \
        /var/log/alibabacloud-kms-agent/kms-agent-audit.jsonl
      rm -r /run/systemd/system/alibabacloud-kms-agent.service.d /run/audit-key /etc/alibabacloud-kms-agent/audit-key
      systemctl daemon-reload
      """;

  /** After another test it may be installed already. */
  @BeforeEach
  void install() {
    if (!printed("dpkg-query -W -f '${db:Status-Abbrev} ${Version}' " + AGENT)
        .equals("ii  1.0.0")) {
      purgeAndInstall();
    }
    configureAndStart();
  }

  private String purgeAndInstall() {
    run("dpkg --purge " + AGENT);
    return run(INSTALL.replace("VERSION", "1.0.0"));
  }

  @Override
  void upgrade(String version) {
    var command = version.equals("1.0.0") ? "--allow-downgrades" : "force-confold install";
    run(commands(UPGRADE, command, version).replace("apt ", "apt -y "));
  }

  @Override
  String installed() {
    return run("dpkg-query -W -f '${Version}' " + AGENT);
  }

  @Override
  String left() {
    return ".dpkg-dist";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          grep CapBnd /proc/$PID/status                                         ; CapBnd:\\s+0{16}
          grep NoNewPrivs /proc/$PID/status                                     ; NoNewPrivs:\\s+1
          grep Seccomp: /proc/$PID/status                                       ; Seccomp:\\s+2
          grep Uid /proc/$PID/status                                            ; Uid:\\s+[1-9].*
          grep core /proc/$PID/limits                                           ; Max core file size\\s+0\\s+0\\s.*
          grep open /proc/$PID/limits                                           ; Max open files\\s+4096\\s+4096\\s.*
          stat -c %U /proc/$PID/environ                                         ; root
          stat -c '%U %G %a' /run/kmstoken/token                                ; kms-agent kms-token 640
          stat -c '%U %G %a' /run/kms-agent/files                               ; kms-agent kms-files 2750
          systemctl show -p MemoryMax alibabacloud-kms-agent                    ; MemoryMax=419430400
          systemctl show -p MemorySwapMax alibabacloud-kms-agent                ; MemorySwapMax=0
          systemctl show -p TasksMax alibabacloud-kms-agent                     ; TasksMax=512
          systemctl show -p Restart alibabacloud-kms-agent                      ; Restart=on-failure
          grep -cE ' (/|/usr[^ ]*|/etc) [^ ]+ rw' /proc/$PID/mounts || true     ; 0
          grep -cE ' / [^ ]+ ro' /proc/$PID/mounts                              ; [1-9]
          grep -c ' /var/log/alibabacloud-kms-agent [^ ]* rw' /proc/$PID/mounts ; 1
          grep -c ' /run/kms-agent/files [^ ]* rw' /proc/$PID/mounts            ; 1
          """)
  void the_agent_has_no_rights_but_those_that_it_needs(String command, String pattern) {
    assertThat(run("PID=" + pid() + "; " + command)).matches(pattern);
  }

  @Test
  void the_agent_listens_at_both_loopback_addresses() throws SocketException {
    var ipv6 = InetAddress.ofLiteral("::1");
    assumeTrue(NetworkInterface.getByInetAddress(ipv6) != null, "this machine has no ::1");
    assertThat(run("curl -fsS -g http://[::1]:2025/ping")).isEqualTo("healthy");
  }

  /** The other file has the values, and a test of the agent's files writes the one from it. */
  @Test
  void systemd_reads_a_file_of_variables_as_it_was_meant() {
    var folder = "adapters-files/src/test/resources/dev/kmsagent/adapters/files/";
    var file = Clone.text(Clone.root().resolve(folder + "fields.env")).getBytes(UTF_8);
    run("echo %s | base64 -d >/run/fields".formatted(Base64.getEncoder().encodeToString(file)));
    run(
        "systemd-run --quiet --wait -p EnvironmentFile=/run/fields"
            + " -p StandardOutput=truncate:/run/read env -0");
    var read = new String(Base64.getDecoder().decode(run("base64 -w0 /run/read")), UTF_8);
    var values = Clone.text(Clone.root().resolve(folder + "fields.json"));
    assertThat(read.split("\0"))
        .contains(
            JsonParser.parseString(values).getAsJsonObject().entrySet().stream()
                .map(it -> it.getKey() + "=" + it.getValue().getAsString())
                .toArray(String[]::new));
  }

  @Test
  void an_agent_that_was_killed_comes_back() {
    var killed = pid();
    run("kill -9 " + killed);
    until(
        "case $(systemctl show -p MainPID --value " + AGENT + ") in 0|" + killed + ") false; esac");
    serves();
  }

  @Test
  void a_new_token_counts_without_a_restart_and_a_restart_leaves_it() {
    var agent = pid();
    var former = run("cat /run/kmstoken/token");
    run("rm /run/kmstoken/token && systemctl restart " + AGENT + "-token");
    var token = run("cat /run/kmstoken/token");
    assertThat(token).isNotEqualTo(former);
    until(READ + " | grep -q hello");
    assertThat(pid()).isEqualTo(agent);
    run("systemctl restart " + AGENT + " " + AGENT + "-token");
    assertThat(run("cat /run/kmstoken/token")).isEqualTo(token);
  }

  @Test
  void a_service_begins_with_its_file_and_again_when_a_rotation_has_changed_it() {
    run(READER);
    until(READERS_ENVIRONMENT.formatted("password=first"));
    assertThat(run("stat -L -c '%U %G %a' /run/kms-agent/files/db.env"))
        .isEqualTo("kms-agent kms-files 640");
    run(ROTATE);
    until(READ_ANEW);
    until(READERS_ENVIRONMENT.formatted("password=second"));
    run("apt-get remove -y " + AGENT);
    until("! systemctl is-active --quiet " + AGENT + "-reload@reader.path");
    assertThat(printed("systemctl is-active reader " + AGENT + "-reload@reader.path"))
        .isEqualTo("active\ninactive");
    run("systemctl stop reader");
  }

  @Test
  void the_audit_trail_is_signed_by_a_key_that_is_a_credential() {
    run(AUDIT);
    serves();
    until("grep -q '\"event\":\"signature\"' /var/log/" + AGENT + "/kms-agent-audit.jsonl");
    assertThat(run(VERIFY)).contains("are whole", "The last signature is in line");
  }

  @Test
  void a_stop_ends_in_good_order_and_an_upgrade_leaves_a_stopped_agent_alone() {
    run("systemctl stop " + AGENT);
    assertThat(run("systemctl show -p Result -p ExecMainStatus " + AGENT))
        .contains("Result=success", "ExecMainStatus=0");
    run(INSTALL.replace("VERSION", "2.0.0"));
    assertThat(isActive()).isEqualTo("inactive");
  }

  @Test
  void the_program_of_a_package_that_is_not_installed_checks_the_configuration() {
    assertThat(run(commands(UPGRADE, "dpkg-deb -x", "2.0.0"))).contains("cn-hangzhou");
  }

  @Test
  void a_new_installation_is_enabled_and_skipped_until_there_is_a_region() {
    assertThat(purgeAndInstall()).contains("next: set region and identity");
    assertThat(run("systemctl is-enabled " + AGENT)).isEqualTo("enabled");
    assertThat(isActive()).isEqualTo("inactive");
    run("systemctl start " + AGENT);
    assertThat(printed("systemctl status " + AGENT))
        .contains("set ALIBABA_CLOUD_REGION_ID in /etc/alibabacloud-kms-agent/environment");
    assertThat(isActive()).isEqualTo("inactive");
    assertThat(run("stat -c '%U %G %a' /var/log/" + AGENT)).isEqualTo("kms-agent kms-agent 750");
  }

  @Test
  void a_service_that_is_masked_is_installed() {
    run("dpkg --purge " + AGENT + " && systemctl mask " + AGENT);
    purgeAndInstall();
    assertThat(printed("systemctl is-enabled " + AGENT)).isEqualTo("masked");
    run("systemctl unmask " + AGENT);
  }

  /** An image that is built has no process, and may have no /proc. */
  @Test
  void it_is_installed_into_an_image() {
    run("dpkg --purge " + AGENT + " && cp -r /src/packages /root && mount --bind / /mnt");
    var install = INSTALL.replace("VERSION", "1.0.0").replace("/src", "/root");
    run("chroot /mnt " + install + "; umount /mnt && rm -r /root/packages");
    assertThat(installed()).isEqualTo("1.0.0");
  }

  @Test
  void a_package_whose_units_were_deleted_is_removed() {
    run("systemctl stop " + AGENT + " " + AGENT + "-token");
    run("rm /usr/lib/systemd/system/" + AGENT + "*; systemctl daemon-reload");
    run("dpkg --purge " + AGENT);
  }

  @Test
  void removal_stops_it_and_keeps_configuration_and_logs() {
    purgeAndInstall();
    configureAndStart();
    run("apt-get remove -y " + AGENT);
    assertThat(isActive()).isEqualTo("inactive");
    assertThat(printed("ls -d /etc/AGENT /var/log/AGENT /run/kmstoken".replace("AGENT", AGENT)))
        .contains("/etc/" + AGENT + "\n/var/log/" + AGENT, "'/run/kmstoken': No such file");
    assertThat(run("ls /etc/" + AGENT)).isEqualTo("config.toml\nenvironment");
    assertThat(printed("ls /usr/lib/" + AGENT)).contains("No such file");
  }

  @Test
  void a_purge_leaves_nothing_but_locked_accounts() {
    run("apt-get purge -y " + AGENT);
    assertThat(
            run(
                "find / -xdev '(' -name '*kms-agent*' -o -name '*kmstoken*' ')' -not -path '/src/*'"
                    + " -not -path '/tmp/*' -not -path '/usr/local/*'; ls /run | grep kms || true"))
        .isEmpty();
    assertThat(run("systemctl list-units --all --plain --no-legend 'alibabacloud*'")).isEmpty();
    assertThat(run("passwd -S kms-agent")).startsWith("kms-agent L ");
    assertThat(run("getent passwd kms-agent")).endsWith("/nologin");
  }

  @Test
  void a_host_moves_from_the_script_of_0_1_0_and_back() {
    run("systemctl stop " + AGENT + " && apt-get remove -y " + AGENT);
    run(SCRIPT_OF_0_1_0);
    awaitPort();
    run(commands(UPGRADE, "mv /etc/systemd", "1.0.0"));
    serves();
    assertThat(executable()).startsWith("/usr/lib/");
    assertThat(lastLine("config.toml")).isEqualTo("# of the script");
    run(commands(UPGRADE, "mv /usr/local", "1.0.0"));
    awaitPort();
    assertThat(executable()).startsWith("/usr/local/");
    run("rm /etc/systemd/system/alibabacloud-kms-agent*.service; systemctl daemon-reload");
  }

  /** Of the running agent; before it listens, that may be its launcher's. */
  private String executable() {
    return run("readlink /proc/" + pid() + "/exe");
  }

  @Test
  void the_tarball_is_installed_by_the_commands_of_the_page() {
    run("apt-get remove -y " + AGENT + " && echo '# edited' >>/etc/" + AGENT + "/config.toml");
    run(commands(PAGE, "tar -xzf", "1.0.0"));
    configureAndStart();
    serves();
    assertThat(lastLine("config.toml")).isEqualTo("# edited");
    run(commands(PAGE, "tar -tzf", "1.0.0"));
    assertThat(run("find / -xdev -path '/usr/*kms-agent*' -not -path '/usr/local/*'")).isEmpty();
  }

  @Test
  void the_commands_of_the_page_check_the_service_and_read_a_secret() {
    assertThat(printed(commands(PAGE, "kms-agent-check", "1.0.0")))
        .contains("cn-hangzhou", "token");
    serves();
    assertThat(run(commands(PAGE, "kms-agent get", "1.0.0")))
        .contains("hello from the emulated KMS");
  }

  @Test
  void lintian_has_nothing_to_say() {
    assertThat(packagesOf("1.0.0").complaints()).isEmpty();
  }
}
