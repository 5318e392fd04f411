package dev.kmsagent.emulator;

import dev.kmsagent.emulator.control.ControlApi;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.RpcGateway;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpListener;
import dev.kmsagent.emulator.http.SocketEndpoint;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.identity.MetadataService;
import dev.kmsagent.emulator.identity.StsApi;
import dev.kmsagent.emulator.kms.KmsApi;
import dev.kmsagent.emulator.kms.SecretStore;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/** Wires and starts the services of one emulator; KMS comes last, since it controls the others. */
final class EmulatorStarter {
  /** Virtual threads keep no process alive. */
  private static final ThreadFactory THREADS =
      Thread.ofVirtual().name("kms-emulator-", 0).factory();

  private final Identities identities;
  private final Map<ServiceName, EmulatedService> started = new EnumMap<>(ServiceName.class);

  EmulatorStarter(Identities identities) {
    this.identities = identities;
  }

  void startSts(SocketEndpoint endpoint) throws IOException {
    var gateway = new RpcGateway(new StsApi(identities), identities.time());
    start(ServiceName.STS, endpoint, gateway.dispatcher(), gateway.refusingProxyRequests());
  }

  void startMetadata(SocketEndpoint endpoint, EcsInstance instance) throws IOException {
    var dispatcher = new FaultingDispatcher(identities.time(), MetadataService::errorPage);
    var service = new MetadataService(instance, identities, dispatcher);
    start(ServiceName.METADATA, endpoint, dispatcher, service);
  }

  void startKms(SocketEndpoint endpoint, SecretStore store) throws IOException {
    var gateway = new RpcGateway(new KmsApi(identities, store), identities.time());
    var control = new ControlApi(gateway, store, started, identities);
    start(ServiceName.KMS, endpoint, gateway.dispatcher(), control.refusingProxyRequests());
  }

  private void start(
      ServiceName name, SocketEndpoint endpoint, FaultingDispatcher dispatcher, HttpHandler handler)
      throws IOException {
    var listener = HttpListener.open(endpoint, THREADS, identities.time(), handler);
    started.put(name, new EmulatedService(listener, dispatcher));
  }

  /** The services that listen so far. */
  Map<ServiceName, EmulatedService> started() {
    return Map.copyOf(started);
  }
}
