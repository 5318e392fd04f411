package dev.kmsagent.adapters.cache.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.cache.shared.EntryStore;
import dev.kmsagent.adapters.cache.shared.EntryStoreContract;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The contract of a store on a server of Redis 8 in a container, set up as the example for a
 * development cluster is: it speaks TLS alone, with a user who may do no more than an agent needs
 * to.
 */
final class RedisContainerIT implements EntryStoreContract {
  private static final DockerImageName IMAGE = DockerImageName.parse("redis:8");
  private static final int PORT = 6379;

  /** An engine fails to start a container now and then, whatever is in it. */
  private static final int ATTEMPTS = 3;

  @TempDir private static Path folder;

  private static DevCluster example;
  @AutoClose private static GenericContainer<?> container;

  private final String prefix = "orders:" + UUID.randomUUID();
  @AutoClose private EntryStore store;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no container engine answers at DOCKER_HOST or /var/run/docker.sock");
    example = DevCluster.in(folder);
    container =
        new GenericContainer<>(IMAGE)
            .withCopyToContainer(readable(folder.resolve("redis.conf")), "/etc/redis/redis.conf")
            .withCommand("redis-server", "/etc/redis/redis.conf")
            .withExposedPorts(PORT)
            .withStartupAttempts(ATTEMPTS)
            .waitingFor(
                Wait.forLogMessage(".*Ready to accept connections.*", 1)
                    .withStartupTimeout(Patience.limit()));
    for (var file : new String[] {"users.acl", "server.pem", "server.key"}) {
      container.withCopyToContainer(readable(example.made(file)), "/etc/redis/" + file);
    }
    try {
      container.start();
    } catch (ContainerFetchException missing) {
      throw new TestAbortedException("the container engine does not get " + IMAGE, missing);
    }
  }

  /** The server may run as a user of its own. */
  private static MountableFile readable(Path file) {
    return MountableFile.forHostPath(file, 0644);
  }

  @BeforeEach
  void open() throws IOException {
    var port = container.getMappedPort(PORT);
    store = RedisConfigs.open(example.settings(port, example.login("orders"), "orders"));
  }

  @Override
  public EntryStore store() {
    return store;
  }

  @Override
  public String prefix() {
    return prefix;
  }
}
