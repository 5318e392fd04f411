package dev.kmsagent.clients;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** hvac, the client for Python. */
@ExtendWith(SharedAgents.Resolver.class)
final class HvacIT {
  private static final String SCRIPT = "src/test/resources/dev/kmsagent/clients/hvac_calls.py";

  private static Calls calls(StartedAgent agent, String version) throws Exception {
    var variables =
        Map.of("VAULT_ADDR", agent.url(), "VAULT_TOKEN", StartedAgent.TOKEN, "KV_VERSION", version);
    return Calls.of(Program.run(List.of(Program.pythonWithHvac(), SCRIPT), variables));
  }

  @Test
  void every_call_gives_what_vault_would_give(SharedAgents agents) throws Exception {
    calls(agents.kv2(), "2").verify("hvac");
  }

  @Test
  void every_call_for_version_1_gives_what_vault_would_give(SharedAgents agents) throws Exception {
    calls(agents.kv1(), "1").verify("hvac, KV version 1");
  }
}
