package dev.kmsagent.adapters.cache.shared;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.testkit.redis.RedisCertificates;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The contract of a store on a server of Redis 8 in a container, which speaks TLS alone, with one
 * user who may do no more than an agent needs to.
 */
final class RedisContainerIT extends RedisTopologiesTest.OnServers {
  private static final DockerImageName IMAGE = DockerImageName.parse("redis:8");
  private static final int PORT = 6379;

  /** An engine fails to start a container now and then, whatever is in it. */
  private static final int ATTEMPTS = 3;

  private static final String PASSWORD = "open-sesame";
  private static final String CONFIGURATION =
      """
      save ""
      port 0
      tls-port %d
      tls-cert-file /tls/server.pem
      tls-key-file /tls/server.key
      tls-ca-cert-file /tls/authority.pem
      tls-auth-clients no
      user default off
      user agent on >%s %s
      """
          .formatted(
              PORT,
              PASSWORD,
              DevClusterTest.rights("orders").stream().collect(Collectors.joining(" ")));

  private static GenericContainer<?> container;
  private static RedisConfig settings;

  @BeforeAll
  static void start() {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no container engine answers at DOCKER_HOST or /var/run/docker.sock");
    var host = DockerClientFactory.instance().dockerHostIpAddress();
    var certificates = RedisCertificates.of(host);
    container =
        new GenericContainer<>(IMAGE)
            .withCopyToContainer(Transferable.of(CONFIGURATION), "/tls/redis.conf")
            .withCopyToContainer(readable(certificates.certificateFile()), "/tls/server.pem")
            .withCopyToContainer(readable(certificates.keyFile()), "/tls/server.key")
            .withCopyToContainer(readable(certificates.authorityFile()), "/tls/authority.pem")
            .withCommand("redis-server", "/tls/redis.conf")
            .withExposedPorts(PORT)
            .withStartupAttempts(ATTEMPTS)
            .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
    try {
      container.start();
    } catch (ContainerFetchException missing) {
      throw new TestAbortedException("the container engine does not get " + IMAGE, missing);
    }
    settings =
        RedisConfigs.of(
            new Servers.Standalone(new Address(host, container.getMappedPort(PORT))),
            RedisConfigs.user("agent", PASSWORD),
            RedisConfigs.trusting(certificates.authorityFile()),
            RedisConfigs.TIMEOUT);
  }

  /** The server may run as a user of its own. */
  private static Transferable readable(Path file) {
    return MountableFile.forHostPath(file, 0644);
  }

  @AfterAll
  static void end() {
    if (container != null) {
      container.stop();
    }
  }

  @Override
  RedisConfig settings() {
    return settings;
  }
}
