package dev.kmsagent.bootstrap.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.wiring.KilledAgent.Machine;
import dev.kmsagent.testkit.SystemCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent with a folder is killed at any moment, and starts again while neither KMS nor STS is
 * there. {@code -Dkills=300} kills it so many times.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("kills", 4);
  private static final int MOST_LINES = 60;
  private static final int KILLED = 128 + 9;
  private static final String BOOT = "one";
  private static final Duration DAY = Duration.ofDays(1);

  /** How the machine is when the agent starts again: its wall clock was set, or it was booted. */
  private static final List<Machine> MACHINES =
      List.of(
          new Machine(BOOT, Duration.ZERO),
          new Machine(BOOT, DAY),
          new Machine(BOOT, DAY.negated()),
          new Machine("other", DAY.negated()),
          new Machine("another", Duration.ZERO));

  private final SplittableRandom random = new SplittableRandom(1);

  /** What may be served of each secret: what was last, and what was begun since. */
  private final Map<String, Set<Optional<Integer>>> allowed = new HashMap<>();

  @TempDir private Path folder;

  @Test
  void what_was_served_before_is_served_after_and_nothing_that_was_refused() throws IOException {
    KilledAgent.NAMES.forEach(name -> allowed.put(name, Set.of(Optional.empty())));
    for (var kill = 0; kill < KILLS; kill++) {
      runAndKill(kill * 1000);
      MACHINES.forEach(this::restart);
    }
  }

  private void runAndKill(int firstVersion) throws IOException {
    var process =
        SystemCommand.java(
                "-cp",
                System.getProperty("java.class.path"),
                KilledAgent.class.getName(),
                folder,
                BOOT,
                firstVersion)
            .launch();
    var lines = random.nextInt(MOST_LINES);
    try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        note(line.split(" "));
        if (lines-- == 0) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.onExit().join().exitValue()).isEqualTo(KILLED);
  }

  private void note(String... words) {
    var after =
        words[1].equals("READ")
            ? Optional.of(Integer.valueOf(words[3]))
            : Optional.<Integer>empty();
    allowed.compute(
        words[2],
        (_, before) ->
            words[0].equals("done")
                ? Set.of(after)
                : Stream.concat(before.stream(), Stream.of(after)).collect(Collectors.toSet()));
  }

  private void restart(Machine machine) {
    try (var agent = new KilledAgent(folder, machine, true)) {
      for (var name : KilledAgent.NAMES) {
        var served = agent.served(name);
        assertThat(allowed.get(name)).as("%s on %s", name, machine).contains(served);
        allowed.put(name, Set.of(served));
      }
    }
  }
}
