package dev.kmsagent.adapters.cache.shared;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.RedisConfig.Address;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import redis.clients.jedis.Jedis;

/** A Redis server in a container, which keeps nothing on disk. */
final class RedisContainer implements AutoCloseable {
  static final DockerImageName IMAGE = DockerImageName.parse("redis:8");

  /** Where it listens inside. */
  static final int PORT = 6379;

  /** An engine fails to start a container now and then, whatever is in it. */
  private static final int ATTEMPTS = 3;

  private final GenericContainer<?> container;

  private RedisContainer(GenericContainer<?> container) {
    this.container = container;
  }

  /**
   * Starts one and returns once it listens.
   *
   * @param files by their paths inside
   * @param settings as on the command line, a file or one word each
   */
  static RedisContainer start(Map<String, Transferable> files, String... settings) {
    var container = new GenericContainer<>(IMAGE);
    files.forEach((path, file) -> container.withCopyToContainer(file, path));
    container
        .withCommand(command(settings))
        .withExposedPorts(PORT)
        .withStartupAttempts(ATTEMPTS)
        .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1))
        .start();
    return new RedisContainer(container);
  }

  static RedisContainer start(String... settings) {
    return start(Map.of(), settings);
  }

  private static String[] command(String... settings) {
    return Stream.of(
            Stream.of("redis-server"),
            Stream.of(settings),
            Stream.of("--save", "", "--protected-mode", "no"))
        .flatMap(words -> words)
        .toArray(String[]::new);
  }

  /** Where all are reached from here. */
  static String host() {
    return DockerClientFactory.instance().dockerHostIpAddress();
  }

  /** Where it is reached from here. */
  Address address() {
    return new Address(host(), container.getMappedPort(PORT));
  }

  /** Where it is reached from other containers. */
  Address innerAddress() {
    var networks = container.getContainerInfo().getNetworkSettings().getNetworks().values();
    return new Address(requireNonNull(networks.iterator().next().getIpAddress()), PORT);
  }

  /** A connection to look at it, and to change it. */
  Jedis client() {
    return new Jedis(address().host(), address().port());
  }

  /** Ends it at once, as {@code kill -9}. */
  @Override
  public void close() {
    container.stop();
  }
}
