package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.seed.SeedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreTest {
  @TempDir private Path folder;

  @Test
  void secrets_survive_a_restart() throws IOException, InterruptedException {
    JsonObject before;
    try (var first = withStore()) {
      first.call(
          "CreateSecret",
          "SecretName",
          "a",
          "VersionId",
          "v1",
          "SecretData",
          "öld <&>",
          "Description",
          "what it is",
          "Tags",
          "[{\"TagKey\":\"env\",\"TagValue\":\"dev\"}]");
      first.emulator().secrets().put("a", "v2", "new").createBinary("b", new byte[] {0, -1});
      first.emulator().secrets().create("c", "denied").deny("c").create("d", "text").delete("d");
      before = everything(first);
    }
    try (var second = withStore()) {
      assertThat(everything(second)).isEqualTo(before);
      assertThat(second.read("c").statusCode()).isEqualTo(403);
      assertThat(second.read("d").statusCode()).isEqualTo(409);
    }
  }

  @Test
  void the_file_is_for_its_owner_alone_and_nothing_lies_beside_it() throws IOException {
    try (var running = withStore()) {
      running.emulator().secrets().create("a", "1").put("a", "v2", "2");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store())))
          .isEqualTo("rw-------");
      try (var files = Files.list(folder)) {
        assertThat(files).containsExactly(store());
      }
    }
  }

  @Test
  void a_change_that_cannot_be_saved_does_not_happen() throws IOException {
    try (var running = withStore()) {
      EmulatorSecrets secrets = running.emulator().secrets();
      secrets.create("a", "1");
      Files.delete(store());
      Files.delete(folder);
      assertThatThrownBy(() -> secrets.put("a", "v2", "2"))
          .isInstanceOf(UncheckedIOException.class);
      assertThat(secrets.currentVersionId("a")).contains("v1");
      Files.createDirectory(folder);
    }
  }

  @Test
  void seeds_do_not_change_what_the_store_has() throws IOException {
    try (var first = withStore()) {
      first.emulator().secrets().create("app/dev/secret-1", "mine").rotate("app/dev/secret-1");
    }
    var seeds = SeedFile.demonstration();
    try (var second = new RunningEmulator(builder -> withStore(builder).secrets(seeds))) {
      assertThat(second.emulator().secrets().currentVersionId("app/dev/secret-1")).contains("v2");
      assertThat(second.emulator().secrets().currentVersionId("app/dev/rotated")).contains("v2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json: canary",
        "[]",
        "{}",
        "{\"secrets\":[{\"name\":\"canary\"}]}",
        "{\"secrets\":[{\"name\":\"a\",\"created\":\"canary\"}]}"
      })
  void a_file_with_other_content_is_refused_without_quoting_it(String content) throws IOException {
    Files.writeString(store(), content);
    assertThatThrownBy(() -> KmsEmulator.builder().store(store()))
        .isInstanceOf(IOException.class)
        .hasMessage(store() + " is not a file of the emulator's secrets")
        .hasNoCause();
  }

  private static JsonObject everything(RunningEmulator running)
      throws IOException, InterruptedException {
    var all = new JsonObject();
    all.add("list", json(running.call("ListSecrets", "FetchTags", "true")));
    all.add("description", json(running.call("DescribeSecret", "SecretName", "a")));
    all.add("versions", json(running.call("ListSecretVersionIds", "SecretName", "a")));
    all.add("current", json(running.read("a")));
    all.add(
        "previous",
        json(running.call("GetSecretValue", "SecretName", "a", "VersionStage", "ACSPrevious")));
    all.add("binary", json(running.read("b")));
    all.asMap().values().forEach(answer -> answer.getAsJsonObject().remove("RequestId"));
    return all;
  }

  private RunningEmulator withStore() {
    return new RunningEmulator(this::withStore);
  }

  private KmsEmulator.Builder withStore(KmsEmulator.Builder builder) {
    try {
      return builder.store(store());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path store() {
    return folder.resolve("secrets.json");
  }
}
