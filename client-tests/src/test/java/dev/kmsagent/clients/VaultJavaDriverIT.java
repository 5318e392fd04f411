package dev.kmsagent.clients;

import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** vault-java-driver, the client for Java without a framework. */
final class VaultJavaDriverIT {

  private static Vault vault(StartedAgent agent, String token) throws VaultException {
    var config = new VaultConfig().address(agent.url()).token(token).engineVersion(2).build();
    return Vault.create(config);
  }

  /** A read that was refused has a status and no data. */
  private static int status(Vault vault, String path) throws VaultException {
    return vault.logical().read(path).getRestResponse().getStatus();
  }

  private static Map<String, String> data(Vault vault, String path) throws VaultException {
    return new TreeMap<>(vault.logical().read(path).getData());
  }

  @Test
  void every_call_gives_what_vault_would_give() throws Exception {
    var vault = vault(StartedAgent.shared("vault"), StartedAgent.TOKEN);
    var stranger = vault(StartedAgent.shared("vault"), "wrong");
    var calls = new Calls();
    probes(calls, vault);
    reads(calls, vault);
    refusals(calls, vault, stranger);
    calls.verify("vault-java-driver");
  }

  @Test
  void every_call_of_the_driver_before_it_gives_what_vault_would_give() throws Exception {
    var vault = bettercloud(StartedAgent.shared("vault"), StartedAgent.TOKEN).logical();
    var stranger = bettercloud(StartedAgent.shared("vault"), "wrong").logical();
    var auth = bettercloud(StartedAgent.shared("vault"), StartedAgent.TOKEN).auth();
    new Calls()
        .gives("auth().lookupSelf().isRenewable()", () -> auth.lookupSelf().isRenewable(), true)
        .gives(
            "auth().renewSelf().isAuthRenewable()", () -> auth.renewSelf().isAuthRenewable(), true)
        .gives(
            "logical().read(\"secret/app\").getData()",
            () -> new TreeMap<>(vault.read("secret/app").getData()),
            "{password=second, user=app}")
        .gives(
            "logical().read(\"secret/app\", true, 1).getData().get(\"password\")",
            () -> vault.read("secret/app", true, 1).getData().get("password"),
            "first")
        .gives(
            "logical().read(\"secret/missing\").getRestResponse().getStatus()",
            () -> vault.read("secret/missing").getRestResponse().getStatus(),
            404)
        .gives(
            "logical().read(\"secret/app\").getRestResponse().getStatus(), with a wrong token",
            () -> stranger.read("secret/app").getRestResponse().getStatus(),
            403)
        .gives(
            "logical().write(\"secret/app\", ..).getRestResponse().getStatus()",
            () -> vault.write("secret/app", Map.of()).getRestResponse().getStatus(),
            405)
        .verify("bettercloud");
  }

  private static com.bettercloud.vault.Vault bettercloud(StartedAgent agent, String token)
      throws com.bettercloud.vault.VaultException {
    var config = new com.bettercloud.vault.VaultConfig().address(agent.url()).token(token).build();
    return new com.bettercloud.vault.Vault(config, 2);
  }

  private static void probes(Calls calls, Vault vault) {
    calls
        .gives("debug().health().getSealed()", () -> vault.debug().health().getSealed(), false)
        .gives(
            "sys().seal().sealStatus().getSealed()",
            () -> vault.sys().seal().sealStatus().getSealed(),
            false)
        .gives(
            "sys().mounts().list().getMounts().keySet()",
            () -> vault.sys().mounts().list().getMounts().keySet(),
            "[secret/]")
        .gives(
            "auth().lookupSelf().isRenewable()",
            () -> vault.auth().lookupSelf().isRenewable(),
            true)
        .gives(
            "auth().renewSelf().isAuthRenewable()",
            () -> vault.auth().renewSelf().isAuthRenewable(),
            true);
  }

  private static void reads(Calls calls, Vault vault) {
    calls
        .gives(
            "logical().read(\"secret/app\").getData()",
            () -> data(vault, "secret/app"),
            "{password=second, user=app}")
        .gives(
            "logical().read(\"secret/app\").getDataMetadata().getVersion()",
            () -> vault.logical().read("secret/app").getDataMetadata().getVersion(),
            1_835_560_074)
        .gives(
            "logical().read(\"secret/app\", true, 1).getData().get(\"password\")",
            () -> vault.logical().read("secret/app", true, 1).getData().get("password"),
            "first")
        .gives(
            "logical().read(\"secret/note\").getData()",
            () -> data(vault, "secret/note"),
            "{value=just text}");
  }

  private static void refusals(Calls calls, Vault vault, Vault stranger) {
    calls
        .gives(
            "logical().read(\"secret/missing\").getRestResponse().getStatus()",
            () -> status(vault, "secret/missing"),
            404)
        .gives(
            "logical().read(\"secret/app\").getRestResponse().getStatus(), with a wrong token",
            () -> status(stranger, "secret/app"),
            403)
        .gives(
            "logical().write(\"secret/app\", ..).getRestResponse().getStatus()",
            () -> vault.logical().write("secret/app", Map.of()).getRestResponse().getStatus(),
            405);
  }
}
