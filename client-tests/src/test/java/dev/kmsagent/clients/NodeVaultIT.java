package dev.kmsagent.clients;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** node-vault and node-vault-client, clients for Node. */
@ExtendWith(SharedAgents.Resolver.class)
final class NodeVaultIT {
  private static final String SCRIPTS = "src/test/resources/dev/kmsagent/clients/";

  private static void verify(String client, String script, StartedAgent agent) throws IOException {
    var variables = Map.of("VAULT_ADDR", agent.url(), "VAULT_TOKEN", StartedAgent.TOKEN);
    var command = List.of(Program.nodeWithVault(), SCRIPTS + script);

    Calls.of(Program.run(command, variables)).verify(client);
  }

  @Test
  void every_call_of_node_vault_gives_what_vault_would_give(SharedAgents agents) throws Exception {
    verify("node-vault", "node_vault_calls.js", agents.vault());
  }

  @Test
  void every_call_of_node_vault_client_gives_what_vault_would_give(SharedAgents agents)
      throws Exception {
    verify("node-vault-client", "node_vault_client_calls.js", agents.vault());
  }
}
