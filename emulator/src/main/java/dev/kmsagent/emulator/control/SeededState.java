package dev.kmsagent.emulator.control;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.kms.Rotations;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The state of an emulator, which can be led back to what it started with. Safe for many threads.
 *
 * @param rotations with the secrets
 * @param services all of them, once they are started
 * @param own what it starts with in any case
 * @param others what it starts with besides; another seed takes its place
 */
public record SeededState(
    Rotations rotations,
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
    identities.reset(seeds.accessKeys(), seeds.roles());
    rotations.set(seeds.secrets());
    for (EmulatedService service : services.values()) {
      service.faults().clear();
      service.calls().clear();
      service.start();
    }
  }
}
