package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.Unchecked;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The agent, a process of its own. Closing it kills what is left of it, and waits for its end. */
public final class AgentProcess implements AutoCloseable {
  private static final Pattern GREETING = Pattern.compile("listening on https?://.+:(\\d+)");

  private final Process process;
  private final Output stdout;
  private final Output stderr;
  private final AgentSetup setup;
  private final Path folder;

  /** The lines that it writes to a stream, read as they come. */
  private record Output(Queue<String> lines, Thread reader) {
    static Output of(BufferedReader stream) {
      var lines = new ConcurrentLinkedQueue<String>();
      return new Output(lines, Thread.ofPlatform().daemon().start(() -> read(stream, lines)));
    }

    private static void read(BufferedReader stream, Queue<String> lines) {
      try (stream) {
        stream.lines().forEach(lines::add);
      } catch (UncheckedIOException | IOException closed) {
        lines.add("(the stream broke: " + closed.getMessage() + ")");
      }
    }

    /** All of it, once its process has ended. */
    String whole() throws InterruptedException {
      reader.join();
      return String.join("\n", lines);
    }
  }

  private AgentProcess(Process process, AgentSetup setup, Path folder) {
    this.process = process;
    this.stdout = Output.of(process.inputReader(StandardCharsets.UTF_8));
    this.stderr = Output.of(process.errorReader(StandardCharsets.UTF_8));
    this.setup = setup;
    this.folder = folder;
  }

  /** Starts {@code agent config.toml} in a new folder, and waits until it listens. */
  public static AgentProcess start(AgentSetup setup) {
    return begin(setup, Distribution.launcher()).listening();
  }

  /** Starts {@code agent config.toml} of this distribution in a new folder. */
  static AgentProcess begin(AgentSetup setup, Path launcher) {
    var folder = Unchecked.get(() -> Files.createTempDirectory("kms-agent-e2e-"));
    var _ = Unchecked.get(() -> Files.writeString(folder.resolve("config.toml"), setup.toml()));
    return begin(setup, folder, List.of(launcher.toString(), "agent", "config.toml"));
  }

  /**
   * The command that starts a launcher as a terminal would: a build in the background ignores
   * SIGINT, and so would its children.
   */
  static List<String> inForeground(Path launcher, String... arguments) {
    var command = new ArrayList<>(List.of("env", "--default-signal=INT", launcher.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs a command that starts an agent, with the environment of the setup, in a folder. */
  public static AgentProcess begin(AgentSetup setup, Path folder, List<String> command) {
    var process =
        SystemCommand.of(command.toArray())
            .in(folder)
            .withPathAlone()
            .with("JAVA_HOME", System.getProperty("java.home"))
            .with(setup.environment())
            .launch();
    return new AgentProcess(process, setup, folder);
  }

  /** Waits until it listens. */
  public AgentProcess listening() {
    try {
      Patience.see(() -> greeting().isPresent() || !process.isAlive(), settled -> settled);
      var _ = greeting().orElseThrow();
      return this;
    } catch (AssertionError | NoSuchElementException never) {
      close();
      var said = stdout.lines() + " and " + stderr.lines();
      throw new AssertionError("It does not listen, and said " + said, never);
    }
  }

  private Optional<Integer> greeting() {
    return stdout.lines().stream()
        .map(GREETING::matcher)
        .filter(Matcher::matches)
        .map(line -> Integer.valueOf(line.group(1)))
        .findFirst();
  }

  public int port() {
    return greeting().orElseThrow();
  }

  /** Its process id, which is that of the JVM: the launcher replaces itself. */
  public long pid() {
    return process.pid();
  }

  /** A number that the kernel has of it (proc_pid_status(5)), without its unit. */
  public int status(String field) {
    try (var lines = Files.lines(proc("status"))) {
      var line = lines.filter(it -> it.startsWith(field)).findFirst().orElseThrow();
      return Integer.parseInt(line.replaceAll("\\D", ""));
    } catch (IOException e) {
      throw new UncheckedIOException("It has ended: " + stderr(), e);
    }
  }

  /** How many descriptors it has open. */
  public int openFiles() {
    return proc("fd").toFile().list().length;
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(pid()), file);
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The folder that it runs in. */
  public Path folder() {
    return folder;
  }

  /** A client that shows the token, if it was given as such. */
  public AgentClient client() {
    var client = new AgentClient(port());
    var token = setup.environment().get("KMS_TOKEN");
    return token == null ? client : client.with("X-KMS-Token", token);
  }

  /** A client of the management listener, without a token. */
  public AgentClient management() {
    return new AgentClient(setup.managementPort());
  }

  /** The lines on standard output so far. */
  List<String> stdout() {
    return List.copyOf(stdout.lines());
  }

  /** The lines on standard error so far. */
  public List<String> stderr() {
    return List.copyOf(stderr.lines());
  }

  /** Waits until standard error has this text: a line may be written after what it tells of. */
  AgentProcess awaitLogged(String text) {
    Patience.see(this::stderr, lines -> lines.stream().anyMatch(line -> line.contains(text)));
    return this;
  }

  /** Sends SIGTERM; the process itself would close the streams that it prints to. */
  public AgentProcess terminate() {
    process.toHandle().destroy();
    return this;
  }

  /** Sends the signal of this name. */
  AgentProcess signal(String name) {
    SystemCommand.of("kill", "-" + name, process.pid()).run().outputOfSuccess();
    return this;
  }

  /** How it ended. */
  public record Exit(int status, String stdout, String stderr) {}

  /** Waits for its end. */
  public Exit exit() throws InterruptedException {
    return new Exit(Patience.join(process.onExit()).exitValue(), stdout.whole(), stderr.whole());
  }

  /** What is killed may write for a moment, into folders that the test removes. */
  @Override
  public void close() {
    var all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(it -> Patience.join(it.onExit()));
    try (var files = Files.walk(folder)) {
      files.sorted((one, other) -> other.compareTo(one)).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException writtenMeanwhile) {
      folder.toFile().deleteOnExit();
    }
  }
}
