package dev.kmsagent.emulator.control;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The state of an emulator, which can be led back to what it started with. Safe for many threads.
 *
 * @param services all of them, once they are started
 * @param own what it starts with in any case
 * @param others what it starts with besides; another seed takes its place
 */
public record SeededState(
    SecretStore store,
    Identities identities,
    Map<ServiceName, EmulatedService> services,
    Seeds own,
    AtomicReference<Seeds> others) {

  /**
   * Secrets, keys and roles are those of the seeds; nothing is minted, no fault is in force, no
   * call counted; every service listens.
   */
  public synchronized void reset() throws IOException {
    Seeds seeds = own.and(others.get());
    store.set(seeds.secrets());
    identities.reset(seeds.accessKeys(), seeds.roles());
    for (EmulatedService service : services.values()) {
      service.faults().clear();
      service.calls().clear();
      service.start();
    }
  }
}
