package dev.kmsagent.clients;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** node-vault, the client for Node. */
@ExtendWith(SharedAgents.Resolver.class)
final class NodeVaultIT {
  private static final String SCRIPT =
      "src/test/resources/dev/kmsagent/clients/node_vault_calls.js";

  @Test
  void every_call_gives_what_vault_would_give(SharedAgents agents) throws Exception {
    var variables = Map.of("VAULT_ADDR", agents.vault().url(), "VAULT_TOKEN", StartedAgent.TOKEN);

    Calls.of(Program.run(List.of(Program.nodeWithVault(), SCRIPT), variables)).verify("node-vault");
  }
}
