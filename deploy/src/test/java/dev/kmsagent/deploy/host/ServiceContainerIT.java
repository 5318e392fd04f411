package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The service under a real systemd, with all its restrictions, before an emulated KMS. */
@Tag("thorough")
@Timeout(300)
@Execution(ExecutionMode.SAME_THREAD)
final class ServiceContainerIT {
  private static final String LOG = "/var/log/alibabacloud-kms-agent/kms-agent.log";
  private static final String HOME = "/usr/local/alibabacloudkmsagent";
  private static final String AGENT = "alibabacloud-kms-agent";

  private static final String START_CLOUD =
      """
      systemd-run --quiet --unit=cloud /src/distribution/alibabacloud-kms-agent dev --port=0
      for i in $(seq 300); do journalctl -u cloud | grep -q 'KMS behind it is emulated' && exit; sleep 0.2; done
      exit 1
      """;

  private static final String CONFIGURE =
      """
      port=$(journalctl -u cloud -o cat | sed -n 's|.*is emulated, at http://127.0.0.1:\\([0-9]*\\).*|\\1|p')
      cat >/etc/alibabacloud-kms-agent/environment <<END
      KMS_AGENT_KMS_ENDPOINT=127.0.0.1:$port
      KMS_AGENT_KMS_PROTOCOL=http
      KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey
      ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI-emulated
      ALIBABA_CLOUD_ACCESS_KEY_SECRET=known-to-everybody
      ALIBABA_CLOUD_REGION_ID=cn-hangzhou
      KMS_AGENT_LOG_LOGPATH=./logs/
      END
      systemctl start alibabacloud-kms-agent
      """;

  private static final String AWAIT_PORT =
      "for i in $(seq 300); do curl -s -o /dev/null http://127.0.0.1:2025/ && exit; sleep 0.2;"
          + " done; exit 1";

  /** To be run by a user. */
  private static final String READ =
      "curl -s -H \"X-Vault-Token:$(cat /var/run/kmstoken/token)\""
          + " \"http://localhost:2025/secretsmanager/get?secretId=app/dev/secret-1\"";

  private static @Nullable BootedHost booted;

  @BeforeAll
  static void boot() {
    var host = BootedHost.boot();
    booted = host;
    host.run(START_CLOUD);
    host.run("useradd member && useradd stranger && cp -a /src/distribution /tmp/newer");
    host.run("echo '# newer' >>/tmp/newer/config.toml && cp -a /tmp/newer /tmp/broken");
    host.run(
        "printf '#!/bin/sh\\n"
            + "[ \"$1\" = version ] && echo alibabacloud-kms-agent 9 b\\n"
            + "' >/tmp/broken/"
            + AGENT);
  }

  @AfterAll
  static void shut_down() throws InterruptedException {
    if (booted != null) {
      booted.shutDown();
    }
  }

  @BeforeEach
  void install() {
    host().run("/src/systemd/uninstall --purge && /src/systemd/install /src/distribution");
    host().run("usermod -aG kms-token member");
    host().run(CONFIGURE);
    host().run(AWAIT_PORT);
  }

  @Test
  void who_is_in_the_group_reads_a_secret_and_others_do_not() {
    assertThat(as("member", READ).output()).contains("hello from the emulated KMS");
    assertThat(as("stranger", READ).output())
        .contains("Permission denied", "Forbidden.Token")
        .doesNotContain("hello");
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
    host().run(AWAIT_PORT);
    assertThat(as("member", READ).output()).contains("hello from the emulated KMS");
  }

  @Test
  void a_new_token_counts_without_a_restart() {
    var agent = host().run(mainPid());
    var former = host().run("cat /run/kmstoken/token");
    host().run("rm /run/kmstoken/token && systemctl restart " + AGENT + "-token");
    assertThat(host().run("cat /run/kmstoken/token")).isNotEqualTo(former);
    host()
        .run(
            "for i in $(seq 50); do " + READ + " | grep -q hello && exit; sleep 0.2; done; exit 1");
    assertThat(host().run(mainPid())).isEqualTo(agent);
  }

  @Test
  void a_restart_of_the_agent_leaves_the_token() {
    var token = host().run("cat /run/kmstoken/token");
    host().run("systemctl restart " + AGENT);
    assertThat(host().run("cat /run/kmstoken/token")).isEqualTo(token);
  }

  @Test
  void the_same_version_once_more_leaves_the_agent_alone() {
    var agent = host().run(mainPid());
    host().run("/src/systemd/install /src/distribution");
    assertThat(host().run(mainPid())).isEqualTo(agent);
  }

  @Test
  void an_upgrade_runs_at_once_and_can_be_taken_back() {
    var former = release();
    host().run("/src/systemd/install /tmp/newer");
    assertThat(release()).isNotEqualTo(former);
    host().run("/src/systemd/install --rollback");
    assertThat(release()).isEqualTo(former);
  }

  @Test
  void an_upgrade_that_does_not_run_is_told_and_never_what_a_rollback_goes_to() {
    var former = release();
    var broken = host().execute("/src/systemd/install /tmp/broken");
    assertThat(broken.status()).isEqualTo(1);
    assertThat(broken.output()).contains("the agent does not run", "--rollback");
    host().execute("echo more >>/tmp/broken/LICENSE; /src/systemd/install /tmp/broken");
    host().run("/src/systemd/install --rollback");
    assertThat(release()).isEqualTo(former);
  }

  @Test
  void a_stop_ends_in_good_order() {
    host().run("systemctl stop " + AGENT);
    assertThat(host().run("systemctl show -p Result -p ExecMainStatus " + AGENT))
        .contains("Result=success", "ExecMainStatus=0");
  }

  @Test
  void nothing_is_left_after_a_purge() {
    host().run("/src/systemd/uninstall --purge");
    assertThat(
            host()
                .run(
                    "find / -xdev -name '*kms-agent*' -not -path '/src/*' -not -path '/tmp/*' -not"
                        + " -path '/proc/*'"))
        .isEmpty();
    assertThat(host().execute("getent passwd kms-agent; getent group kms-agent kms-token").output())
        .isEmpty();
    assertThat(host().run("systemctl list-units --all --plain --no-legend 'alibabacloud*'"))
        .isEmpty();
  }

  private static BootedHost host() {
    return Objects.requireNonNull(booted);
  }

  private static CommandLine as(String user, String command) {
    return host()
        .execute(
            "setpriv --reuid "
                + user
                + " --regid "
                + user
                + " --init-groups sh -c '"
                + command
                + "' 2>&1");
  }

  private static String mainPid() {
    return "systemctl show -p MainPID --value " + AGENT;
  }

  /** The one that the running agent was started from. */
  private static String release() {
    return host().run("tr '\\0' '\\n' </proc/$(" + mainPid() + ")/cmdline | grep " + HOME);
  }
}
