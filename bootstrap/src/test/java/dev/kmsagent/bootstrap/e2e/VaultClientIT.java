package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.bettercloud.vault.Vault;
import com.bettercloud.vault.VaultConfig;
import com.bettercloud.vault.VaultException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An unmodified client of HashiCorp's Vault that takes the agent for it. */
final class VaultClientIT {
  private final Cloud cloud = Cloud.start();
  private final AgentProcess agent =
      cloud.agent("Server.ResponseType = 2\nServer.PathPrefix = \"/v1/secret/data/\"");

  @AfterEach
  void clean_up() throws IOException {
    agent.close();
    cloud.close();
  }

  private Vault vault(String token) throws VaultException {
    var config =
        new VaultConfig()
            .address("http://127.0.0.1:" + agent.port())
            .engineVersion(2)
            .token(token)
            .build();
    return new Vault(config);
  }

  @Test
  @ShowsEffectOf("Server.ResponseType")
  void it_reads_what_is_in_a_secret() throws VaultException {
    cloud
        .emulator()
        .secrets()
        .create("app/db", "{\"username\":\"app\",\"password\":\"p\\u00e4ss\"}")
        .create("app/plain", "just text");
    var logical = vault(Cloud.TOKEN).logical();

    assertThat(logical.read("secret/app/db").getData())
        .isEqualTo(Map.of("username", "app", "password", "päss"));
    assertThat(logical.read("secret/app/plain").getData()).isEqualTo(Map.of("value", "just text"));
  }

  @Test
  void it_understands_that_its_token_is_wrong() throws VaultException {
    var response = vault("wrong").logical().read("secret/app/db");

    assertThat(response.getRestResponse().getStatus()).isEqualTo(403);
    assertThat(response.getData()).isEmpty();
  }
}
