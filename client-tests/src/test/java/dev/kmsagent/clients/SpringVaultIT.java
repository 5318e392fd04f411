package dev.kmsagent.clients;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.vault.authentication.TokenAuthentication;
import org.springframework.vault.client.VaultEndpoint;
import org.springframework.vault.core.VaultKeyValueOperationsSupport.KeyValueBackend;
import org.springframework.vault.core.VaultTemplate;
import org.springframework.vault.support.Versioned;
import org.springframework.vault.support.Versioned.Version;

/** Spring Vault's template. */
final class SpringVaultIT {

  private static VaultTemplate template(StartedAgent agent, String token) {
    var endpoint = VaultEndpoint.from(URI.create(agent.url()));
    return new VaultTemplate(endpoint, new TokenAuthentication(token));
  }

  private static Map<String, Object> fields(@Nullable Versioned<Map<String, Object>> secret) {
    return new TreeMap<>(requireNonNull(secret).getRequiredData());
  }

  @Test
  void every_call_gives_what_vault_would_give() throws Exception {
    var template = template(StartedAgent.shared("vault"), StartedAgent.TOKEN);
    var calls = new Calls();
    probes(calls, template);
    reads(calls, template);
    refusals(calls, template, template(StartedAgent.shared("vault"), "wrong"));
    calls.verify("Spring Vault");
  }

  private static void probes(Calls calls, VaultTemplate template) {
    var sys = template.opsForSys();
    calls
        .gives("opsForSys().isInitialized()", sys::isInitialized, true)
        .gives("opsForSys().health().isSealed()", () -> sys.health().isSealed(), false)
        .gives(
            "opsForSys().getUnsealStatus().isSealed()",
            () -> sys.getUnsealStatus().isSealed(),
            false)
        .gives("opsForSys().getMounts().keySet()", () -> sys.getMounts().keySet(), "[secret/]");
  }

  private static void reads(Calls calls, VaultTemplate template) {
    var kv = template.opsForVersionedKeyValue("secret");
    var kv2 = template.opsForKeyValue("secret", KeyValueBackend.KV_2);
    calls
        .gives(
            "opsForVersionedKeyValue(\"secret\").get(\"app\").getData()",
            () -> fields(kv.get("app")),
            "{password=second, user=app}")
        .gives(
            "opsForVersionedKeyValue(\"secret\").get(\"app\").getVersion().getVersion()",
            () -> requireNonNull(kv.get("app")).getVersion().getVersion(),
            1_835_560_074)
        .gives(
            "opsForVersionedKeyValue(\"secret\").get(\"app\", Version.from(1)).getData()",
            () -> fields(kv.get("app", Version.from(1))),
            "{password=first, user=app}")
        .gives(
            "opsForVersionedKeyValue(\"secret\").opsForKeyValueMetadata().get(\"app\").getCurrentVersion()",
            () -> requireNonNull(kv.opsForKeyValueMetadata().get("app")).getCurrentVersion(),
            1_835_560_074)
        .gives(
            "opsForKeyValue(\"secret\", KV_2).get(\"note\").getData()",
            () -> requireNonNull(kv2.get("note")).getData(),
            "{value=just text}")
        .gives(
            "read(\"secret/data/team/db\").getData().get(\"data\")",
            () ->
                requireNonNull(template.read("secret/data/team/db")).getRequiredData().get("data"),
            "{password=third}");
  }

  private static void refusals(Calls calls, VaultTemplate template, VaultTemplate stranger) {
    calls
        .gives(
            "opsForVersionedKeyValue(\"secret\").get(\"missing\")",
            () -> template.opsForVersionedKeyValue("secret").get("missing"),
            "null")
        .gives(
            "opsForVersionedKeyValue(\"secret\").put(\"app\", ..)",
            () -> template.opsForVersionedKeyValue("secret").put("app", Map.of()),
            "VaultException")
        .gives(
            "read(\"secret/data/app\"), with a wrong token",
            () -> stranger.read("secret/data/app"),
            "VaultException");
  }
}
