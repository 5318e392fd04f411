package dev.kmsagent.clients;

import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.vault.authentication.TokenAuthentication;
import org.springframework.vault.client.VaultEndpoint;
import org.springframework.vault.core.VaultTemplate;
import org.springframework.vault.support.Versioned.Version;

/** Every call of a client of Vault gives what Vault would give. */
final class VaultClientsIT {
  private static final String URL = StartedAgent.shared("vault").url();

  /** Of both drivers for Java: one came from the other. */
  private static final String DRIVER =
      """
      vault.auth().lookupSelf().isRenewable() | true
      vault.auth().renewSelf().isAuthRenewable() | true
      vault.logical().read("secret/app").getData() | {password=second, user=app}
      vault.logical().read("secret/app", true, 1).getData().get("password") | first
      vault.logical().read("secret/missing").getRestResponse().getStatus() | 404
      stranger.logical().read("secret/app").getRestResponse().getStatus() | 403
      vault.logical().write("secret/app", {:}).getRestResponse().getStatus() | 405
      """;

  @Tag("thorough")
  @ParameterizedTest
  @CsvSource({
    "hvac, hvac_calls.py",
    "node-vault, node_vault_calls.js",
    "node-vault-client, node_vault_client_calls.js"
  })
  void a_client_for_python_or_node(String client, String script) {
    var variables = Map.of("VAULT_ADDR", URL, "VAULT_TOKEN", StartedAgent.TOKEN);

    Calls.of(Program.script(script, variables)).verify(client);
  }

  private static VaultTemplate spring(String token) {
    return new VaultTemplate(VaultEndpoint.from(URI.create(URL)), new TokenAuthentication(token));
  }

  @Test
  void the_template_of_spring() {
    var vault = spring(StartedAgent.TOKEN);
    var kv = vault.opsForVersionedKeyValue("secret");

    Calls.of(
            Map.of("vault", vault, "stranger", spring("wrong"), "kv", kv, "first", Version.from(1)),
            """
            vault.opsForSys().isInitialized() | true
            vault.opsForSys().health().isSealed() | false
            vault.opsForSys().getUnsealStatus().isSealed() | false
            vault.opsForSys().getMounts().keySet() | [secret/]
            kv.get("app").getData() | {password=second, user=app}
            kv.get("app").getVersion().getVersion() | 1835560074
            kv.get("app", first).getData() | {password=first, user=app}
            kv.opsForKeyValueMetadata().get("app").getCurrentVersion() | 1835560074
            vault.opsForKeyValue("secret", "KV_2").get("note").getData() | {value=just text}
            vault.read("secret/data/team/db").getData().get("data") | {password=third}
            kv.get("missing") | null
            kv.put("app", {:}) | VaultException
            stranger.read("secret/data/app") | VaultException
            """)
        .verify("Spring Vault");
  }

  private static Vault driver(String token) throws VaultException {
    return Vault.create(new VaultConfig().address(URL).token(token).engineVersion(2).build());
  }

  @Test
  void vault_java_driver() throws Exception {
    Calls.of(
            Map.of("vault", driver(StartedAgent.TOKEN), "stranger", driver("wrong")),
            DRIVER
                + """
                vault.logical().read("secret/app").getDataMetadata().getVersion() | 1835560074
                vault.logical().read("secret/note").getData() | {value=just text}
                vault.debug().health().getSealed() | false
                vault.sys().seal().sealStatus().getSealed() | false
                vault.sys().mounts().list().getMounts().keySet() | [secret/]
                """)
        .verify("vault-java-driver");
  }

  private static com.bettercloud.vault.Vault bettercloud(String token)
      throws com.bettercloud.vault.VaultException {
    var config = new com.bettercloud.vault.VaultConfig().address(URL).token(token).build();
    return new com.bettercloud.vault.Vault(config, 2);
  }

  @Test
  void vault_java_driver_of_bettercloud() throws Exception {
    Calls.of(
            Map.of("vault", bettercloud(StartedAgent.TOKEN), "stranger", bettercloud("wrong")),
            DRIVER)
        .verify("bettercloud");
  }
}
