package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.bettercloud.vault.Vault;
import com.bettercloud.vault.VaultConfig;
import com.bettercloud.vault.VaultException;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.testkit.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An unmodified client of HashiCorp's Vault, its mount in the path prefix. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VaultDriverTest {
  private final TestAgent agent = new TestAgent(ResponseType.HASHICORP_KV, "/v1/secret/data/", 10);

  @AfterAll
  void stop() {
    agent.close();
  }

  private Vault vault(String token) throws VaultException {
    var config =
        new VaultConfig()
            .address("http://127.0.0.1:" + agent.port)
            .token(token)
            .engineVersion(2)
            .build();
    return new Vault(config);
  }

  @Test
  void reads_the_keys_of_an_object() throws VaultException {
    agent.hold(Secrets.text("app/dev/secret-1", "v3", "{\"user\":\"u\",\"port\":5432}"));
    var response = vault(TestAgent.TOKEN).logical().read("secret/app/dev/secret-1");
    assertThat(response.getRestResponse().getStatus()).isEqualTo(200);
    assertThat(response.getData()).isEqualTo(Map.of("user", "u", "port", "5432"));
  }

  @Test
  void reads_any_other_text_as_a_value() throws VaultException {
    agent.hold(Secrets.text("plain", "v1", "p w"));
    assertThat(vault(TestAgent.TOKEN).logical().read("secret/plain").getData())
        .isEqualTo(Map.of("value", "p w"));
  }

  @Test
  void learns_that_there_is_no_such_secret() throws VaultException {
    var response = vault(TestAgent.TOKEN).logical().read("secret/missing");
    assertThat(response.getRestResponse().getStatus()).isEqualTo(404);
    assertThat(response.getData()).isEmpty();
  }

  @Test
  void learns_that_its_token_is_wrong() throws VaultException {
    var response = vault("wrong").logical().read("secret/plain").getRestResponse();
    assertThat(response.getStatus()).isEqualTo(403);
    assertThat(new String(response.getBody(), StandardCharsets.UTF_8))
        .isEqualTo("{\"errors\":[\"Forbidden.Token: the request carries no valid token\"]}");
  }
}
