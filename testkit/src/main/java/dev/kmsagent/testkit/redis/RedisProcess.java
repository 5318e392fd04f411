package dev.kmsagent.testkit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * A Redis server on loopback that keeps nothing on disk, unless it is told to. It can be killed,
 * held still, and started again on its port. Not thread-safe.
 */
public final class RedisProcess implements AutoCloseable {
  private static final String UP = "Ready to accept connections";
  private static final int ATTEMPTS = 5;

  /** So far above its port lies the second one of a server: of a cluster's node, or for TLS. */
  private static final int SECOND = 10_000;

  private final int port;
  private final SystemCommand command;
  private final String sign;
  private final Path folder;
  private Process process;

  /**
   * @param sign is told once it is up
   */
  private RedisProcess(int port, SystemCommand command, String sign, Path folder) {
    this.port = port;
    this.command = command;
    this.sign = sign;
    this.folder = folder;
    this.process = launch(command, sign);
  }

  /**
   * Starts one on a free port and returns once it listens.
   *
   * @param settings as on the command line, e.g. {@code --maxmemory 2mb}, one word each
   */
  public static RedisProcess start(String... settings) {
    return start(Map.of(), settings);
  }

  /** The same with these variables in its environment. */
  public static RedisProcess start(Map<String, String> environment, String... settings) {
    return start(UP, environment, (port, folder) -> server(port, folder, settings));
  }

  /** Starts one as a file has it, but on loopback; where it listens for TLS is {@link #tlsPort}. */
  public static RedisProcess startByFile(Path file) {
    return start(
        UP,
        Map.of(),
        (port, folder) -> {
          var tlsPort = Integer.toString(port + SECOND);
          var path = file.toString();
          return server(
              port, folder, "--include", path, "--bind", "127.0.0.1", "--tls-port", tlsPort);
        });
  }

  private static List<String> server(int port, Path folder, String... settings) {
    var common = List.of("--bind", "127.0.0.1", "--save", "", "--daemonize", "no");
    var own = List.of("--port", Integer.toString(port), "--dir", folder.toString());
    return Stream.of(common, own, List.of(settings)).flatMap(List::stream).toList();
  }

  /** Starts a sentinel with this configuration, on a free port. */
  public static RedisProcess startSentinel(String configuration) {
    return start(
        "+monitor",
        Map.of(),
        (port, folder) -> {
          var text = "port %d\nbind 127.0.0.1\ndir %s\n%s".formatted(port, folder, configuration);
          var file = Files.writeString(folder.resolve("sentinel.conf"), text);
          return List.of(file.toString(), "--sentinel");
        });
  }

  /** The arguments of the program. */
  private interface Arguments {
    List<String> of(int port, Path folder) throws IOException;
  }

  private static RedisProcess start(
      String sign, Map<String, String> environment, Arguments arguments) {
    for (var attempt = 1; ; attempt++) {
      try {
        var port = FreePort.next();
        var folder = Files.createTempDirectory("redis");
        var words = arguments.of(port, folder).toArray();
        var command = SystemCommand.of(RedisProgram.path()).and(words).with(environment);
        return new RedisProcess(port, command, sign, folder);
      } catch (CompletionException taken) {
        if (attempt == ATTEMPTS) {
          throw taken;
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  private static Process launch(SystemCommand command, String sign) {
    var process = command.launchMerged();
    var isUp = new CompletableFuture<Void>();
    Thread.ofPlatform().daemon().name("redis-output").start(() -> follow(process, sign, isUp));
    Patience.join(isUp);
    return process;
  }

  private static void follow(Process process, String sign, CompletableFuture<Void> isUp) {
    var told = new StringBuilder();
    try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        told.append(line).append('\n');
        if (line.contains(sign)) {
          isUp.complete(null);
        }
      }
    } catch (IOException _) {
      // The process is gone.
    }
    isUp.completeExceptionally(new IllegalStateException("Redis did not start:\n" + told));
  }

  public int port() {
    return port;
  }

  /** Where it listens for TLS, if it does. */
  public int tlsPort() {
    return port + SECOND;
  }

  /** Where it would write. */
  public Path folder() {
    return folder;
  }

  /** Sends a command that must succeed. */
  public void configure(String... words) {
    var answer = command(words);
    if (answer.startsWith("-")) {
      throw new IllegalStateException("Redis answered " + answer);
    }
  }

  /**
   * Sends one command on a connection of its own; the answer as text, errors with a minus, lists
   * one item a line. Words and answers are bytes, as Latin-1 has them.
   */
  public String command(String... words) {
    try (var connection = new RespConnection(port)) {
      return connection.call(words);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Has it as it was at first: it stores nothing, is a primary, and refuses nothing. */
  public void reset() {
    configure("REPLICAOF", "NO", "ONE");
    configure("CONFIG", "SET", "replica-serve-stale-data", "yes");
    configure("CONFIG", "SET", "maxmemory", "0");
    configure("CONFIG", "SET", "maxmemory-policy", "noeviction");
    configure("ACL", "SETUSER", "default", "allkeys", "+@all");
    command("ACL", "USERS").lines().filter(it -> !it.equals("default")).forEach(this::deleteUser);
    configure("ACL", "LOG", "RESET");
    configure("FLUSHALL");
  }

  private void deleteUser(String name) {
    configure("ACL", "DELUSER", name);
  }

  /** Ends it at once, as {@code kill -9}. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Holds it still: it keeps its connections, and answers nothing. */
  public void pause() {
    signal("STOP");
  }

  /** Lets it go on. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    var _ = SystemCommand.of("kill", "-" + name, process.pid()).run();
  }

  /** Starts it again where it was, with what it has on disk. */
  public void restart() {
    process = launch(command, sign);
  }

  @Override
  public void close() {
    kill();
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
