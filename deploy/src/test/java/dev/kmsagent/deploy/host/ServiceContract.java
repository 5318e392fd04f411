package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.deploy.Clone;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the service does that a package installs, under a real systemd, before an emulated KMS. The
 * tests of a class share one host, with packages of two versions.
 */
@Tag("thorough")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServiceContract {
  static final String AGENT = "alibabacloud-kms-agent";
  static final String LOG = "/var/log/alibabacloud-kms-agent/kms-agent.log";
  static final String UPGRADE = "docs/upgrade.md";
  static final String PAGE = "docs/systemd.md";

  private static final Path PLAIN = Path.of("../bootstrap/target/alibabacloud-kms-agent");
  private static final Path DISTRIBUTION =
      Path.of("../bootstrap/target/self-contained/alibabacloud-kms-agent");

  private static final String START_CLOUD =
      """
      systemd-run --quiet --unit=cloud /src/distribution/alibabacloud-kms-agent dev --port=0
      until journalctl -u cloud | grep -q 'KMS behind it is emulated'; do
        systemctl is-active --quiet cloud || exit
        sleep 0.2
      done
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
      usermod -aG kms-token member
      systemctl enable --now alibabacloud-kms-agent
      """;

  static final String READ =
      "curl -s -H \"X-Vault-Token:$(cat /var/run/kmstoken/token)\""
          + " \"http://localhost:2025/secretsmanager/get?secretId=app/dev/secret-1\"";

  /** Where a minimal Debian is made once; each host is a copy of it. */
  private static final Path ROOT = Path.of("target/systemd-root").toAbsolutePath();

  /**
   * Starts a container in control groups of its own, named after its process: two that share them
   * remove each other's, and systemd then says "Job failed because of unavailable resources".
   */
  private static final String IN_OWN_GROUPS =
      """
      for group in $(sed -n 's|^[0-9]*:name=systemd:|systemd|p; s|^0::|unified|p' /proc/self/cgroup); do
        group=/sys/fs/cgroup/$group
        [ -d "$group" ] || group=/sys/fs/cgroup${group#/sys/fs/cgroup/unified}
        mkdir -p "$group/host-$$" && echo $$ >"$group/host-$$/cgroup.procs" || exit
      done
      exec systemd-nspawn "$@"
      """;

  private static final String JOURNAL = "journalctl --no-pager --lines=200 --output=short-precise";

  private static final String BOOTED =
      "case $(systemctl is-system-running) in running|degraded) ;; *) false ;; esac";

  private static Path packages = Path.of("");

  private Process container;
  private long leader;

  /** Of version 1.0.0, and beside them those of 2.0.0 with another configuration; made once. */
  private static synchronized Path packages() {
    if (packages.toString().isEmpty()) {
      var folder = Path.of("target/packages").toAbsolutePath();
      var newer = Path.of("target/newer");
      var copy = "rm -rf $1 && cp -a $0 $1 && echo '# newer' >>$1/config.toml";
      var _ = Packages.build(DISTRIBUTION, "1.0.0", folder);
      var _ = SystemCommand.of("sh", "-c", copy, DISTRIBUTION, newer).run().outputOfSuccess();
      var _ = Packages.build(newer, "2.0.0", folder);
      packages = folder;
    }
    return packages;
  }

  static Packages packagesOf(String version) {
    return new Packages(packages(), version);
  }

  /** Boots a Debian, or skips the tests and says why it cannot be; what it writes is lost. */
  @BeforeAll
  void boot() throws IOException {
    var folder = packages();
    var made = makeRoot();
    assumeTrue(made.status() == 0, made.printed().strip());
    container =
        SystemCommand.of("sh", "-c", IN_OWN_GROUPS, "sh")
            .and("--quiet", "--register=no", "--keep-unit")
            .and("--private-network", "--ephemeral", "--directory=" + ROOT)
            .and("--bind-ro=" + folder + ":/src/packages")
            .and("--bind-ro=" + PLAIN.toRealPath() + ":/src/distribution")
            .and("--bind-ro=" + System.getProperty("java.home") + ":/usr/lib/jvm/jdk")
            .and("--console=pipe", "--boot")
            .launchInto(Path.of("target/" + getClass().getSimpleName() + ".log"));
    var first =
        Patience.see(() -> leaderOf(container), it -> it.isPresent() || !container.isAlive());
    assumeTrue(first.isPresent(), "systemd-nspawn does not start a container here");
    leader = first.orElseThrow().pid();
    assumeTrue(execute(soon(BOOTED)).status() == 0, "systemd does not boot in a container here");
    run(START_CLOUD);
    run("useradd member && useradd stranger");
  }

  private static synchronized SystemCommand.Outcome makeRoot() {
    return SystemCommand.of(Clone.root().resolve("build/systemd-root"), ROOT).run();
  }

  /** The container's first process. */
  private static Optional<ProcessHandle> leaderOf(Process container) {
    return container
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("/systemd"))
        .findFirst();
  }

  @AfterAll
  void shut_down() {
    if (container != null) {
      container.destroy();
      var _ = Patience.join(container.onExit());
      var groups = "find /sys/fs/cgroup -depth -type d -regex '.*/host-'$0'\\(/.*\\)?' -delete";
      var _ = SystemCommand.of("sh", "-c", groups, container.pid()).run();
    }
  }

  /** The shell commands of a page with a text in them, with the packages of a version. */
  static String commands(String page, String text, String version) {
    var block = Pattern.compile("(?s)```sh\n((?:(?!```).)*?" + Pattern.quote(text) + ".*?)```\n");
    var found = block.matcher(Clone.text(Clone.root().resolve(page)));
    assertThat(found.find()).as("%s has commands with %s", page, text).isTrue();
    var versions = "(?<=agent[_-])\\d+[.]\\d+[.]\\d+|NEW|OLD";
    return "set -e; cd /src/packages\n" + found.group(1).replaceAll(versions, version);
  }

  /** Runs a script of sh on the host, as root. */
  private SystemCommand.Outcome execute(String script) {
    return SystemCommand.of("nsenter", "--target=" + leader, "--all", "--root", "--wdns=/")
        .and("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .and("sh", "-c", script)
        .run();
  }

  /** What a script prints that has to succeed. */
  final String run(String script) {
    var executed = execute(script);
    assertThat(executed.status())
        .as(() -> String.join("\n", script, executed.printed(), printed(JOURNAL)))
        .isZero();
    return executed.printed().strip();
  }

  /** What a script prints, however it ends. */
  final String printed(String script) {
    return execute(script).printed().strip();
  }

  final void configureAndStart() {
    run(CONFIGURE);
    awaitPort();
  }

  final void awaitPort() {
    until("curl -s -o /dev/null http://127.0.0.1:2025/");
  }

  final void until(String command) {
    run(soon(command));
  }

  /** Runs a command until it succeeds, as long as a test waits at most. */
  private static String soon(String command) {
    return "end=$(($(date +%%s) + %d)); until %s; do [ $(date +%%s) -lt $end ] || exit; sleep 0.2; done"
        .formatted(Patience.limit().toSeconds(), command);
  }

  /** What a user gets who reads a secret. */
  final String read(String user) {
    var as = "setpriv --reuid " + user + " --regid " + user + " --init-groups ";
    return printed(as + "sh -c '" + READ + "' 2>&1");
  }

  final void serves() {
    awaitPort();
    // The agent connects within two seconds, which takes another attempt on a busy machine.
    Patience.see(() -> read("member"), answer -> answer.contains("hello from the emulated KMS"));
  }

  final String isActive() {
    return printed("systemctl is-active " + AGENT);
  }

  final String lastLine(String file) {
    return run("tail -n 1 /etc/alibabacloud-kms-agent/" + file);
  }

  final String pid() {
    return run("systemctl show -p MainPID --value " + AGENT);
  }

  /** Installs a version by the commands of the page on upgrades. */
  abstract void upgrade(String version);

  abstract String installed();

  /** Where the package manager leaves the new configuration of a file that was edited. */
  abstract String left();

  @Test
  void who_is_in_the_group_reads_a_secret_and_others_do_not() {
    configureAndStart();
    serves();
    assertThat(read("stranger"))
        .contains("Permission denied", "Forbidden.Token")
        .doesNotContain("hello");
    assertThat(
            printed(
                "setpriv --reuid stranger --regid stranger --init-groups "
                    + AGENT
                    + " get app 2>&1"))
        .contains("/kmstoken, which the group kms-token may; as root run usermod -aG kms-token ");
    until("grep -q agent_started " + LOG);
    assertThat(run("grep agent_started " + LOG)).contains("\"aot_cache\":\"used\"");
  }

  @Test
  void an_upgrade_and_a_rollback_restart_the_agent_and_keep_what_was_edited() {
    run("echo '# edited' >>/etc/alibabacloud-kms-agent/config.toml");
    configureAndStart();
    for (var version : new String[] {"2.0.0", "1.0.0"}) {
      var former = pid();
      upgrade(version);
      serves();
      assertThat(installed()).isEqualTo(version);
      assertThat(pid()).isNotEqualTo(former);
      assertThat(lastLine("config.toml")).isEqualTo("# edited");
      if (version.equals("2.0.0")) {
        assertThat(lastLine("config.toml" + left())).isEqualTo("# newer");
      }
    }
  }
}
