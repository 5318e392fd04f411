package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A Debian that was booted with systemd in a container without network; what it writes is lost. */
final class BootedHost {
  /** The resource that tests lock which boot a host: systemd-nspawn has the root for itself. */
  static final String ROOT_IN_USE = "target/systemd-root";

  private static final Path ROOT = Path.of(ROOT_IN_USE).toAbsolutePath();

  private static final String BOOTED =
      "for i in $(seq 150); do "
          + "case $(systemctl is-system-running) in running|degraded) exit 0;; esac; sleep 0.2; "
          + "done; exit 1";

  private final Process container;
  private final long leader;

  private BootedHost(Process container, long leader) {
    this.container = container;
    this.leader = leader;
  }

  /** Boots it with these packages, or skips the test and says why it cannot be. */
  static BootedHost boot(Path packages) throws IOException {
    var made = SystemCommand.of(Path.of("../build/systemd-root").toAbsolutePath(), ROOT).run();
    assumeTrue(made.status() == 0, made.printed().strip());
    var container = start(packages);
    var leader =
        Patience.see(() -> leaderOf(container), found -> found.isPresent() || !container.isAlive());
    assumeTrue(leader.isPresent(), "systemd-nspawn does not start a container here");
    var host = new BootedHost(container, leader.orElseThrow().pid());
    assumeTrue(host.comesUp(), "systemd does not boot in a container here");
    return host;
  }

  private static Process start(Path packages) throws IOException {
    return SystemCommand.of("systemd-nspawn", "--quiet", "--register=no", "--keep-unit")
        .and("--private-network", "--volatile=overlay", "--directory=" + ROOT)
        .and("--bind-ro=" + packages.toAbsolutePath() + ":/src/packages")
        .and("--bind-ro=" + BuiltDistributions.PLAIN.toRealPath() + ":/src/distribution")
        .and("--bind-ro=" + System.getProperty("java.home") + ":/usr/lib/jvm/jdk")
        .and("--console=pipe", "--boot")
        .launchInto(Path.of("target/systemd-nspawn.log"));
  }

  /** The container's first process. */
  private static Optional<ProcessHandle> leaderOf(Process container) {
    return container
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("/systemd"))
        .findFirst();
  }

  private boolean comesUp() {
    return execute(BOOTED).status() == 0;
  }

  /** Runs a script of sh in it, as root. */
  SystemCommand.Outcome execute(String script) {
    return SystemCommand.of("nsenter", "--target=" + leader, "--all", "--root", "--wdns=/")
        .and("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .and("sh", "-c", script)
        .run();
  }

  /** What a script prints that has to succeed. */
  String run(String script) {
    var executed = execute(script);
    assertThat(executed.status()).as("%s%n%s", script, executed.printed()).isZero();
    return executed.printed().strip();
  }

  void shutDown() {
    container.destroy();
    var _ = Patience.join(container.onExit());
  }
}
