package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.bootstrap.e2e.AgentProcess;
import dev.kmsagent.bootstrap.e2e.AgentSetup;
import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.ManagedType;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The vendor's SDKs call with an AccessKey from {@code credentials}; the emulator knows by the
 * signature which one.
 */
@Tag("thorough")
final class CredentialsIT {
  private static final Path PROGRAMS =
      Path.of("src/test/resources/dev/kmsagent/clients/credentials");

  private static final int ROTATIONS = 3;

  /** So many that none of the eight callers of a program is still at a call before them. */
  private static final int SOME = 200;

  @TempDir private Path folder;
  @AutoClose private final TestCloud cloud = TestCloud.start();

  @AutoClose
  private final AgentProcess agent =
      AgentProcess.start(
          TestCloud.patient(cloud.completed(AgentSetup.plain().with("Cache.TtlSeconds = 2"))));

  /** How a program takes the key. */
  enum Sdk {
    NODE,
    NODE_WITH_A_PROFILE,
    JAVA;

    private SystemCommand command() {
      return switch (this) {
        case NODE -> node("credential.js", 8);
        case NODE_WITH_A_PROFILE -> node("profile.js", 1);
        case JAVA -> SystemCommand.java("-cp", System.getProperty("java.class.path"), "Load.java");
      };
    }

    private static SystemCommand node(String credential, int callers) {
      return SystemCommand.of(Program.onPath("node"), "load.js", credential, callers)
          .with("NODE_PATH", Program.nodeModules("@alicloud/openapi-client").toString());
    }
  }

  @BeforeEach
  void install() throws IOException {
    try (var programs = Files.list(PROGRAMS)) {
      for (var file : programs.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Files.move(
        folder.resolve("config.json"),
        Files.createDirectory(folder.resolve(".aliyun")).resolve("config.json"));
    Files.createFile(folder.resolve("running"));
    cloud.emulator().secrets().create("called", "text");
    var managed = ManagedSecret.of(ManagedType.RAM, "LTAIfirst");
    cloud.emulator().secrets().create("app/ram", managed, "first");
    // On a busy machine, a connection to KMS may not be there in time.
    var _ = Patience.see(() -> agent.client().secret("app/ram"), it -> it.status() == 200);
  }

  private SystemCommand with(SystemCommand command) {
    var path =
        System.getProperty("kmsagent.distribution") + File.pathSeparator + System.getenv("PATH");
    return command
        .in(folder)
        .with("PATH", path)
        .with("HOME", folder.toString())
        .with("KMS_ENDPOINT", cloud.emulator().endpoint())
        .with("KMS_TOKEN", TestCloud.TOKEN)
        .with("KMS_AGENT_SERVER_HTTPPORT", Integer.toString(agent.port()));
  }

  /** The ids of the keys of the latest calls of the program. */
  private List<String> latest() {
    var ids =
        cloud.emulator().calls().latest().stream()
            .filter(call -> call.secretName().equals("called"))
            .map(Call::accessKeyId)
            .toList();
    return ids.subList(Math.max(0, ids.size() - SOME), ids.size());
  }

  /** The key that the program uses alone, and not this one; any after the end of the program. */
  private String awaitOther(String before, CompletableFuture<?> program) {
    return Patience.see(
            this::latest,
            ids ->
                program.isDone()
                    || (ids.size() == SOME && Set.copyOf(ids).size() == 1 && !ids.contains(before)))
        .stream()
        .findFirst()
        .orElse("");
  }

  /** A key lives for days after a rotation; here only until the program has the next one. */
  @ParameterizedTest
  @EnumSource
  void no_call_fails_while_the_key_rotates(Sdk sdk) throws IOException {
    var program = with(sdk.command()).start();
    var used = awaitOther("", program);
    for (int number = 0; number < ROTATIONS; number++) {
      cloud.emulator().secrets().rotate("app/ram");
      var old = used;
      used = awaitOther(old, program);
      cloud.emulator().accessKeys().remove(old);
    }
    Files.delete(folder.resolve("running"));

    assertThat(Patience.join(program).outputOfSuccess()).isEmpty();
    assertThat(Files.readString(folder.resolve(".aliyun/config.json")).contains(used))
        .isEqualTo(sdk == Sdk.NODE_WITH_A_PROFILE);
  }
}
