package dev.kmsagent.adapters.cache.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The example of a Redis for a development cluster, set up in a folder as its README says. */
record DevCluster(Path folder) {
  static final Path EXAMPLE = Path.of("..", "config", "examples", "dev-cluster");

  private static final Pattern COMMANDS = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");

  /** In its commands for the cluster itself. */
  private static final String KUBECTL = "kubectl";

  static DevCluster in(Path folder) throws IOException {
    assumeTrue(
        SystemCommand.isThere("openssl"), "openssl, which the README calls, is not installed");
    for (var file : List.of("users.acl", "redis.conf", "README.md")) {
      Files.copy(EXAMPLE.resolve(file), folder.resolve(file));
    }
    var commands =
        COMMANDS
            .matcher(Files.readString(folder.resolve("README.md")))
            .results()
            .map(block -> block.group(1))
            .filter(block -> !block.contains(KUBECTL))
            .collect(Collectors.joining());
    SystemCommand.of("sh", "-eu", "-c", commands).in(folder).run().outputOfSuccess();
    return new DevCluster(folder);
  }

  /** A file that the commands made. */
  Path made(String name) {
    return folder.resolve("made").resolve(name);
  }

  /** The login of a user with the password that was made for it. */
  Optional<Login> login(String user) throws IOException {
    return RedisConfigs.user(user, Files.readString(made(user + ".password")));
  }

  /** What an agent needs to use the server at a port of localhost. */
  RedisConfig settings(int port, Optional<Login> login, String prefix) {
    var servers = new Servers.Standalone(new Address("localhost", port));
    return RedisConfigs.of(
        servers,
        login,
        Optional.of(new Tls(Optional.of(made("ca.pem")))),
        RedisConfigs.TIMEOUT,
        prefix);
  }
}
