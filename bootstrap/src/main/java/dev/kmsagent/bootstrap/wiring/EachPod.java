package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.memory.CaffeineTenantCaches;
import dev.kmsagent.adapters.http.AgentHttpServer.Secrets;
import dev.kmsagent.adapters.kms.pods.PodAccess;
import dev.kmsagent.application.tenants.AdmittedCallers;
import dev.kmsagent.application.tenants.RoleSelection;
import dev.kmsagent.application.tenants.Tenants;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.domain.port.SecretCache.Occupancy;
import java.time.Duration;
import java.util.function.BiFunction;

/** The secrets of many roles, for pods that each show a token of their own. */
final class EachPod implements ServedSecrets {
  private final CaffeineTenantCaches caches;
  private final PodAccess access;
  private final FirstAnswers answers;
  private final AdmittedCallers callers;

  EachPod(
      Parts parts, PodIdentity pods, BiFunction<RetrieveSecret, Caller, RetrieveSecret> audited) {
    var config = parts.config();
    this.access = parts.cloud().pods(pods, parts.random());
    this.answers = parts.cloud().firstAnswers(pods.stsEndpoint().uri());
    this.caches =
        new CaffeineTenantCaches(
            config.cache().maxEntries(),
            config.cache().maxBytes(),
            pods.maxTenants(),
            parts.events());
    var tenants =
        new Tenants(
            new Tenants.Ports(access::role, caches, parts.renderer(), parts.events()),
            parts.timing(),
            Parts.retrievalSettings(config).ofOneAmong(pods.maxTenants()),
            pods.maxTenants());
    this.callers =
        new AdmittedCallers(
            new AdmittedCallers.Ports(
                access.tokens(),
                new RoleSelection(pods.roleArn(), pods.accounts()),
                tenants,
                audited,
                parts.events()),
            parts.timing(),
            config.server().requestTimeout());
  }

  @Override
  public Secrets secrets() {
    return new Secrets.OfEachPod(callers);
  }

  @Override
  public Occupancy occupancy() {
    return caches.occupancy();
  }

  /** Obtains the keys of the cluster, and asks whether STS and KMS answer. */
  @Override
  public void start() {
    access.start();
    answers.start();
    callers.start();
  }

  @Override
  public void stop() {
    callers.close();
    answers.stop();
    access.close();
  }

  @Override
  public void close(Duration patience) {}
}
