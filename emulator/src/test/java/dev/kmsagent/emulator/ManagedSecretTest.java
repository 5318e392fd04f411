package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.ManagedType;
import dev.kmsagent.emulator.kms.RotationHook;
import dev.kmsagent.emulator.kms.RotationHook.Order;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.seed.SeedFile;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Secrets that KMS rotates. */
final class ManagedSecretTest {
  private static final String NAME = "app/db";
  private static final ManagedSecret ONE = ManagedSecret.of(ManagedType.RDS, "app");
  private static final ManagedSecret TWO = ManagedSecret.of(ManagedType.RDS, "app", "app_clone");
  private static final ManagedSecret KEY = ManagedSecret.of(ManagedType.RAM, "LTAI-app");
  private static final RotationHook FAILING =
      (_, _) -> {
        throw new IOException("the database is down");
      };
  private static final RotationHook BROKEN =
      (_, _) -> {
        throw new IllegalStateException("the database is down");
      };

  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final EmulatorSecrets secrets = running.emulator().secrets();

  private JsonObject read(String... parameters) {
    var all = new ArrayList<>(List.of("SecretName", NAME));
    all.addAll(List.of(parameters));
    return json(running.call("GetSecretValue", all.toArray(String[]::new)));
  }

  private String data(String... parameters) {
    return read(parameters).get("SecretData").getAsString();
  }

  private String previous() {
    return data("VersionStage", "ACSPrevious");
  }

  private String field(String name) {
    return JsonParser.parseString(data()).getAsJsonObject().get(name).getAsString();
  }

  @Nested
  class Its_value {
    @Test
    void alternates_between_two_accounts_and_the_pair_before_stays() {
      secrets.create(NAME, TWO, "first");
      var first = data();
      assertThat(first).isEqualTo("{\"AccountName\":\"app\",\"AccountPassword\":\"first\"}");
      assertThat(previous())
          .isEqualTo("{\"AccountName\":\"app_clone\",\"AccountPassword\":\"first\"}");

      secrets.rotate(NAME);
      var second = data();
      assertThat(field("AccountName")).isEqualTo("app_clone");
      assertThat(field("AccountPassword")).isNotEqualTo("first");
      assertThat(previous()).isEqualTo(first);

      secrets.rotate(NAME);
      assertThat(field("AccountName")).isEqualTo("app");
      assertThat(field("AccountPassword")).isNotEqualTo("first");
      assertThat(previous()).isEqualTo(second);
    }

    @ParameterizedTest
    @CsvSource({
      "RDS, AccountName, AccountPassword, Rds, DoubleUsers",
      "POLAR_DB, AccountName, AccountPassword, PolarDB, DoubleUsers",
      "REDIS, AccountName, AccountPassword, Redis, DoubleUsers",
      "RAM, AccessKeyId, AccessKeySecret, RAMCredentials, RamUserAccessKey",
      "ECS, UserName, Password, ECS, Password",
    })
    void has_the_fields_of_its_type(
        ManagedType type, String account, String password, String apiName, String subType) {
      secrets.create(NAME, ManagedSecret.of(type, "a", "b"), "first");
      assertThat(field(account)).isEqualTo("a");
      assertThat(field(password)).isEqualTo("first");
      var answer = read("FetchExtendedConfig", "true");
      assertThat(answer.get("SecretType").getAsString()).isEqualTo(apiName);
      assertThat(answer.get("ExtendedConfig").getAsString()).contains('"' + subType + '"');
    }

    @Test
    void is_selected_by_stage_and_never_by_version() {
      secrets.create(NAME, TWO, "first");
      var current = data();
      assertThat(data("VersionId", "none")).isEqualTo(current);
      var idOfPrevious = read("VersionStage", "ACSPrevious").get("VersionId").getAsString();
      assertThat(data("VersionId", idOfPrevious)).isEqualTo(current);
      assertThat(data("VersionId", "none", "VersionStage", "ACSPrevious")).isEqualTo(previous());
      assertThat(read("VersionStage", "Other").get("Code").getAsString())
          .isEqualTo("Forbidden.ResourceNotFound");
    }

    @Test
    void is_made_by_kms_alone() {
      secrets.create(NAME, ONE, "first");
      var refused = running.post("/rotate?name=" + NAME, "{\"text\":\"mine\"}");
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("KMS makes the values");
    }
  }

  @Nested
  class Its_dates {
    @Test
    void are_those_of_the_last_and_the_next_rotation() {
      secrets.create(NAME, TWO.every(Duration.ofDays(7)), "first");
      running.pass(Duration.ofHours(1));
      secrets.rotate(NAME);
      var answer = read();
      assertThat(answer.get("LastRotationDate").getAsString()).isEqualTo("2026-11-24T13:00:00Z");
      assertThat(answer.get("NextRotationDate").getAsString()).isEqualTo("2026-12-01T13:00:00Z");
      assertThat(answer.get("RotationInterval").getAsString()).isEqualTo("604800s");
      assertThat(answer.get("AutomaticRotation").getAsString()).isEqualTo("Enabled");
      assertThat(answer.has("ExtendedConfig")).isFalse();
    }

    @Test
    void lack_the_next_rotation_where_none_is_automatic() {
      secrets.create(NAME, TWO, "first");
      var answer = read();
      assertThat(answer.get("AutomaticRotation").getAsString()).isEqualTo("Disabled");
      assertThat(answer.has("NextRotationDate")).isFalse();
    }

    @Test
    void rotate_it_when_they_are_reached() {
      secrets.create(NAME, ONE.every(Duration.ofDays(1)), "first");
      running.pass(Duration.ofDays(1).minusSeconds(1));
      assertThat(field("AccountPassword")).isEqualTo("first");
      running.pass(Duration.ofSeconds(1));
      assertThat(field("AccountPassword")).isNotEqualTo("first");
      assertThat(read().get("NextRotationDate").getAsString()).isEqualTo("2026-11-26T12:00:00Z");
    }

    @Test
    void rotate_it_again_and_again_without_a_reader() throws Exception {
      var rotations = new CountDownLatch(3);
      RotationHook hook = (_, _) -> rotations.countDown();
      try (var emulator = KmsEmulator.builder().start()) {
        var managed = ONE.every(Duration.ofMillis(1));
        emulator
            .secrets()
            .create(NAME, managed.changing(hook, Order.PASSWORD_FIRST, Duration.ZERO), "first");
        rotations.await();
      }
    }
  }

  @Nested
  class The_action_RotateSecret {
    private HttpResponse<String> rotate(String versionId) {
      return running.call("RotateSecret", "SecretName", NAME, "VersionId", versionId);
    }

    @Test
    void makes_a_version_of_the_given_id_once() {
      secrets.create(NAME, TWO, "first");
      var answer = rotate("second");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(json(answer).get("SecretName").getAsString()).isEqualTo(NAME);
      assertThat(json(answer).get("VersionId").getAsString()).isEqualTo("second");
      var second = read();
      assertThat(second.get("VersionId").getAsString()).isEqualTo("second");
      assertThat(rotate("second").statusCode()).isEqualTo(200);
      assertThat(data()).isEqualTo(second.get("SecretData").getAsString());
    }

    @Test
    void needs_an_id() {
      secrets.create(NAME, TWO, "first");
      assertThat(code(running.call("RotateSecret", "SecretName", NAME)))
          .isEqualTo("MissingParameter");
    }

    @Test
    void does_not_know_secrets_that_nobody_manages() {
      secrets.create(NAME, "text");
      assertThat(code(rotate("second"))).isEqualTo("Rejected.UnsupportedOperation");
    }

    @Test
    void is_refused_to_a_key_that_may_not_read() {
      secrets.create(NAME, TWO, "first");
      running.emulator().accessKeys().add(AccessKey.lasting("other", "sk").reading());
      var refused =
          running.callBy("other", "sk", "RotateSecret", "SecretName", NAME, "VersionId", "second");
      assertThat(code(refused)).isEqualTo("Forbidden.NoPermission");
    }

    @Test
    void is_refused_during_another_rotation() {
      var codes = new ArrayList<String>();
      RotationHook hook = (_, _) -> codes.add(code(rotate("third")));
      secrets.create(NAME, TWO.changing(hook, Order.PASSWORD_FIRST, Duration.ZERO), "first");
      assertThat(rotate("second").statusCode()).isEqualTo(200);
      assertThat(codes).containsExactly("Rejected.StateModifiedFailed");
    }
  }

  @Nested
  class Its_hook {
    /** Of the version that is read then, and of a gap. */
    @ParameterizedTest
    @CsvSource({"PASSWORD_FIRST, app_clone old PT3S", "VERSION_FIRST, PT3S app_clone new"})
    void changes_the_password_a_gap_before_the_version_or_after_it(Order order, String expected) {
      var steps = new ArrayList<String>();
      try (var other = new RunningEmulator(builder -> builder.time(new NotedTime(steps)))) {
        RotationHook hook =
            (account, newPassword) -> {
              steps.add(account);
              steps.add(other.read(NAME).body().contains(newPassword) ? "new" : "old");
            };
        var itsSecrets = other.emulator().secrets();
        itsSecrets.create(NAME, TWO.changing(hook, order, Duration.ofSeconds(3)), "first");
        itsSecrets.rotate(NAME);
      }
      assertThat(steps).containsExactly(expected.split(" ", -1));
    }

    /** Time in which every delay is over at once. */
    private record NotedTime(List<String> steps) implements EmulatorTime {
      @Override
      public Instant instant() {
        return RunningEmulator.START;
      }

      @Override
      public CompletableFuture<?> after(Duration delay) {
        steps.add(delay.toString());
        return CompletableFuture.completedFuture(null);
      }
    }

    @ParameterizedTest
    @CsvSource({
      "PASSWORD_FIRST, false",
      "VERSION_FIRST, false",
      "PASSWORD_FIRST, true",
      "VERSION_FIRST, true"
    })
    void leaves_the_versions_when_it_fails_or_has_a_bug(Order order, boolean isBug) {
      secrets.create(NAME, TWO.changing(isBug ? BROKEN : FAILING, order, Duration.ZERO), "first");
      var before = read();
      before.remove("RequestId");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> secrets.rotate(NAME))
          .withMessageContaining("the version is as it was: the database is down");
      assertThat(running.control("GET", "/secrets").body()).contains("the database is down");
      var after = read();
      after.remove("RequestId");
      assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void changes_no_version_after_a_reset(Order order) {
      RotationHook hook =
          (_, _) -> {
            running.pass(Duration.ofSeconds(1));
            running.control("POST", "/reset");
            secrets.create(NAME, TWO, "reset");
            throw new IOException("the database is down");
          };
      secrets.create(NAME, TWO.changing(hook, order, Duration.ZERO), "first");
      assertThatIllegalArgumentException().isThrownBy(() -> secrets.rotate(NAME));
      assertThat(field("AccountPassword")).isEqualTo("reset");
      assertThat(running.control("GET", "/secrets").body()).doesNotContain("problem");
    }

    @Test
    void stops_automatic_rotations_when_it_fails_until_one_succeeds() {
      var broken = new ArrayList<>(List.of("broken"));
      RotationHook hook =
          (account, newPassword) -> {
            if (!broken.isEmpty()) {
              FAILING.change(account, newPassword);
            }
          };
      var managed = ONE.every(Duration.ofDays(1));
      secrets.create(NAME, managed.changing(hook, Order.PASSWORD_FIRST, Duration.ZERO), "first");
      running.pass(Duration.ofDays(1));
      assertThat(field("AccountPassword")).isEqualTo("first");
      assertThat(read().get("AutomaticRotation").getAsString()).isEqualTo("Invalid");
      assertThat(running.control("GET", "/secrets").body()).contains("the database is down");

      broken.clear();
      assertThat(field("AccountPassword")).isEqualTo("first");
      assertThat(running.control("POST", "/rotate?name=" + NAME).statusCode()).isEqualTo(200);
      assertThat(read().get("AutomaticRotation").getAsString()).isEqualTo("Enabled");
    }
  }

  @Nested
  class The_key_of_a_RAM_user {
    private HttpResponse<String> readBy(String value) {
      var key = JsonParser.parseString(value).getAsJsonObject();
      return running.callBy(
          key.get("AccessKeyId").getAsString(),
          key.get("AccessKeySecret").getAsString(),
          "GetSecretValue",
          "SecretName",
          NAME);
    }

    @Test
    void is_accepted_until_the_end_of_its_window() {
      secrets.create(NAME, KEY.window(Duration.ofMinutes(30)), "first");
      var first = data();
      assertThat(readBy(first).statusCode()).isEqualTo(200);

      secrets.rotate(NAME);
      running.pass(Duration.ofMinutes(30).minusSeconds(1));
      assertThat(readBy(first).statusCode()).isEqualTo(200);
      assertThat(readBy(data()).statusCode()).isEqualTo(200);

      running.pass(Duration.ofSeconds(1));
      assertThat(code(readBy(first))).isEqualTo("InvalidAccessKeyId.NotFound");
      assertThat(readBy(data()).statusCode()).isEqualTo(200);
    }

    @Test
    void has_the_rights_of_the_key_before() {
      running.emulator().accessKeys().add(AccessKey.lasting("LTAI-app", "first").reading("other"));
      secrets.create(NAME, KEY, "first");
      secrets.rotate(NAME);
      assertThat(code(readBy(data()))).isEqualTo("Forbidden.NoPermission");
    }

    @Test
    void is_the_first_again_after_a_reset() {
      var toml =
          """
          [[secret]]
          name = "app/db"
          type = "RAMCredentials"
          id = "LTAI-app"
          secret = "first"
          """;
      assertThat(running.post("/reset", toml).statusCode()).isEqualTo(204);
      var first = data();
      secrets.rotate(NAME);
      var second = data();
      assertThat(running.control("POST", "/reset").statusCode()).isEqualTo(204);
      assertThat(data()).isEqualTo(first);
      assertThat(readBy(first).statusCode()).isEqualTo(200);
      assertThat(code(readBy(second))).isEqualTo("InvalidAccessKeyId.NotFound");
    }
  }

  @Nested
  class A_program_as_its_hook {
    @TempDir private Path folder;

    private String toml(String script) {
      return """
          [[secret]]
          name = "app/db"
          type = "Rds"
          accounts = ["app"]
          password = "first"
          hook = ["sh", "-c", '%s']
          """
          .formatted(script);
    }

    private RunningEmulator started(String script) {
      return switch (SeedFile.parse(toml(script))) {
        case SeedFile.Reading.Valid(var seeds) ->
            new RunningEmulator(builder -> builder.seeds(seeds));
        case SeedFile.Reading.Problems(var problems) ->
            throw new AssertionError(problems.toString());
      };
    }

    @Test
    void has_the_new_password_in_its_environment() throws IOException {
      var file = folder.resolve("password");
      try (var emulator = started("echo $ROTATED_ACCOUNT $ROTATED_PASSWORD > " + file)) {
        emulator.emulator().secrets().rotate(NAME);
        var value = json(emulator.read(NAME)).get("SecretData").getAsString();
        var newPassword =
            JsonParser.parseString(value).getAsJsonObject().get("AccountPassword").getAsString();
        assertThat(Files.readString(file)).isEqualTo("app " + newPassword + "\n");
      }
    }

    @Test
    void says_why_it_failed_without_the_password() {
      try (var emulator = started("echo no $ROTATED_PASSWORD; exit 3")) {
        var failed = emulator.control("POST", "/rotate?name=" + NAME);
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).contains("the version is as it was: sh ended with 3: no ***");
        assertThat(emulator.read(NAME).body()).contains("first");
      }
    }

    @Test
    void is_not_taken_from_a_request() {
      var refused = running.post("/reset", toml("true"));
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("hook");
    }
  }
}
