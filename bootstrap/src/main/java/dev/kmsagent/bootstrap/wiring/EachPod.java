package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.cache.memory.CaffeineTenantCaches;
import dev.kmsagent.adapters.http.AgentHttpServer.Secrets;
import dev.kmsagent.adapters.kms.pods.PodAccess;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.application.tenants.AdmittedCallers;
import dev.kmsagent.application.tenants.RoleSelection;
import dev.kmsagent.application.tenants.Tenants;
import dev.kmsagent.config.CredentialSource.PodIdentity;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.SecretCache.Occupancy;
import java.net.URI;
import java.time.Duration;
import java.util.function.BiFunction;

/** The secrets of many roles, for pods that each show a token of their own. */
final class EachPod implements ServedSecrets {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Parts parts;
  private final URI sts;
  private final CaffeineTenantCaches caches;
  private final PodAccess access;
  private final Tenants tenants;
  private final AdmittedCallers callers;
  private volatile boolean stopped;

  EachPod(
      Parts parts, PodIdentity pods, BiFunction<RetrieveSecret, Caller, RetrieveSecret> audited) {
    var config = parts.config();
    this.parts = parts;
    this.sts = pods.stsEndpoint().uri();
    this.access = parts.cloud().pods(pods, parts.cache().records());
    this.caches =
        new CaffeineTenantCaches(
            config.cache().maxEntries(),
            config.cache().maxBytes(),
            pods.maxTenants(),
            parts.events());
    this.tenants =
        new Tenants(
            new Tenants.Ports(
                access::role,
                parts.cache().ofRoles(caches, pods.maxTenants()),
                parts
                    .cache()
                    .records()
                    .under(
                        "grant", pods.issuer().toString(), pods.audience(), pods.oidcProviderArn()),
                parts.renderer(),
                parts.events()),
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

  /** Obtains the keys of the cluster. */
  @Override
  public void prepare() {
    access.start();
  }

  /** Asks whether STS and KMS answer. */
  @Override
  public void start() {
    askHosts();
    tenants.start();
  }

  private void askHosts() {
    var _ = Thread.ofVirtual().name("hosts").start(this::awaitHosts);
  }

  /** Until both have answered: an agent without a key calls neither before a pod does. */
  private void awaitHosts() {
    var kms = parts.config().kms().transport().endpoint().uri();
    if (answers("KMS", kms) && answers("STS", sts)) {
      parts.events().publish(new CallerEvent.CloudAnswered());
    } else if (!stopped) {
      var _ = parts.timing().scheduler().schedule(PAUSE, this::askHosts);
    }
  }

  private boolean answers(String name, URI host) {
    var probe = parts.cloud().probe().probe(name, host);
    if (probe instanceof Probe.Failed(var reason)) {
      parts.events().publish(new CallerEvent.CloudUnanswered(host.getAuthority(), reason));
    }
    return probe instanceof Probe.Answered;
  }

  @Override
  public void stop() {
    tenants.close();
    stopped = true;
    access.close();
  }
}
