package dev.kmsagent.emulator;

import dev.kmsagent.emulator.control.ControlApi;
import dev.kmsagent.emulator.control.IdentityControl;
import dev.kmsagent.emulator.control.SecretControl;
import dev.kmsagent.emulator.control.ServiceControl;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.RpcGateway;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.Dated;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.NoProxy;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.MetadataGateway;
import dev.kmsagent.emulator.identity.StsApi;
import dev.kmsagent.emulator.kms.Actions;
import dev.kmsagent.emulator.kms.KmsApi;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Puts the services of one cloud together and has them listen; KMS comes last. */
final class EmulatorStarter {
  private final Services services;
  private final Identities identities;
  private final InstantSource clock;
  private final Supplier<String> requestIds;

  EmulatorStarter(
      Services services, Identities identities, InstantSource clock, Supplier<String> requestIds) {
    this.services = services;
    this.identities = identities;
    this.clock = clock;
    this.requestIds = requestIds;
  }

  void sts(Endpoint place) throws IOException {
    var verifier = new SignatureVerifier(identities.keys(), clock);
    var api = new StsApi(verifier, identities.provider(), identities.roles(), identities.minted());
    var desk = new FaultingDispatcher(clock, api);
    var gateway = new RpcGateway(api, desk, requestIds);
    open(ServiceName.STS, place, desk, new NoProxy(gateway));
  }

  void metadata(Endpoint place, EcsInstance instance) throws IOException {
    var desk = new FaultingDispatcher(clock, MetadataGateway.PAGES);
    var source =
        new MetadataGateway.Source(instance, identities.roles(), identities.minted(), clock);
    var gateway = MetadataGateway.of(source, desk, identities.chance());
    open(ServiceName.METADATA, place, desk, gateway);
  }

  void kms(Endpoint place, SecretStore store, Account account) throws IOException {
    var verifier = new SignatureVerifier(identities.keys(), clock);
    var api = new KmsApi(verifier, identities.permissions(), new Actions(store, account));
    var desk = new FaultingDispatcher(clock, api);
    var gateway = new RpcGateway(api, desk, requestIds);
    var control =
        new ControlApi(
            new ServiceControl(desk, services.opened()),
            new SecretControl(store),
            new IdentityControl(identities.provider(), identities.minted()),
            gateway);
    open(ServiceName.KMS, place, desk, new NoProxy(control));
  }

  private void open(ServiceName name, Endpoint place, FaultingDispatcher desk, HttpHandler handler)
      throws IOException {
    services.open(name, place, desk, new Dated(handler, clock));
  }
}
