package dev.kmsagent.clients;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients for Python and Node, which scripts call. */
final class ScriptsIT {
  @ParameterizedTest
  @CsvSource({
    "hvac, hvac_calls.py",
    "node-vault, node_vault_calls.js",
    "node-vault-client, node_vault_client_calls.js"
  })
  void every_call_gives_what_vault_would_give(String client, String script) throws Exception {
    var variables =
        Map.of("VAULT_ADDR", StartedAgent.shared("vault").url(), "VAULT_TOKEN", StartedAgent.TOKEN);

    Calls.of(Program.script(script, variables)).verify(client);
  }
}
