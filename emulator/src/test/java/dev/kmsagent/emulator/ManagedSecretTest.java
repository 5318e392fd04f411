package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.kms.ManagedSecret;
import dev.kmsagent.emulator.kms.ManagedType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Secrets that KMS rotates. */
final class ManagedSecretTest {
  private static final String NAME = "app/db";
  private static final ManagedSecret TWO = ManagedSecret.of(ManagedType.RDS, "app", "app_clone");

  @AutoClose private final RunningEmulator running = new RunningEmulator();
  private final EmulatorSecrets secrets = running.emulator().secrets();

  private JsonObject read(String... parameters) {
    var all = new ArrayList<>(List.of("SecretName", NAME));
    all.addAll(List.of(parameters));
    return json(running.call("GetSecretValue", all.toArray(String[]::new)));
  }

  private JsonObject value(String... parameters) {
    return JsonParser.parseString(read(parameters).get("SecretData").getAsString())
        .getAsJsonObject();
  }

  private JsonObject previous() {
    return value("VersionStage", "ACSPrevious");
  }

  @Test
  void of_two_accounts_alternates_between_them_and_the_pair_before_stays() {
    secrets.create(NAME, TWO, "first");
    var first = value();
    assertThat(first).hasToString("{\"AccountName\":\"app\",\"AccountPassword\":\"first\"}");
    assertThat(previous())
        .hasToString("{\"AccountName\":\"app_clone\",\"AccountPassword\":\"first\"}");

    secrets.rotate(NAME);
    var second = value();
    assertThat(second.get("AccountName").getAsString()).isEqualTo("app_clone");
    assertThat(second.get("AccountPassword").getAsString()).isNotEqualTo("first");
    assertThat(previous()).isEqualTo(first);

    secrets.rotate(NAME);
    assertThat(value().get("AccountName").getAsString()).isEqualTo("app");
    assertThat(previous()).isEqualTo(second);
  }
}
