package dev.kmsagent.emulator;

import dev.kmsagent.emulator.control.ControlApi;
import dev.kmsagent.emulator.control.SeededState;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.RpcGateway;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpListener;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.http.SocketEndpoint;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.identity.MetadataService;
import dev.kmsagent.emulator.identity.OidcService;
import dev.kmsagent.emulator.identity.StsApi;
import dev.kmsagent.emulator.kms.KmsApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadFactory;

/** Wires and starts the services of one emulator; KMS comes last, since it controls the others. */
final class EmulatorStarter implements AutoCloseable {
  /** Virtual threads keep no process alive. */
  private static final ThreadFactory THREADS =
      Thread.ofVirtual().name("kms-emulator-", 0).factory();

  private final Identities identities;
  private final Map<ServiceName, EmulatedService> started = new ConcurrentSkipListMap<>();
  private final List<HttpListener> listeners = new ArrayList<>();

  EmulatorStarter(Identities identities) {
    this.identities = identities;
  }

  HttpHandler startSts(SocketEndpoint endpoint) throws IOException {
    var gateway = new RpcGateway(new StsApi(identities), identities.time());
    return start(ServiceName.STS, endpoint, gateway.dispatcher(), gateway.refusingProxyRequests());
  }

  void startMetadata(SocketEndpoint endpoint, EcsInstance instance) throws IOException {
    var dispatcher = new FaultingDispatcher(identities.time(), MetadataService::errorPage);
    var service = new MetadataService(instance, identities, dispatcher);
    start(ServiceName.METADATA, endpoint, dispatcher, service);
  }

  /** The issuer of the provider is then this service. */
  void startOidc(SocketEndpoint endpoint) throws IOException {
    var dispatcher = new FaultingDispatcher(identities.time(), MetadataService::errorPage);
    var service = new OidcService(identities.provider(), dispatcher);
    var listener = listen(endpoint, service.refusingProxyRequests());
    started.put(ServiceName.OIDC, new EmulatedService(listener, dispatcher));
    identities.provider().publishAt("http://" + listener.hostAndPort());
  }

  HttpHandler startKms(
      SocketEndpoint endpoint, SeededState state, Set<String> hostNames, String authority)
      throws IOException {
    var gateway = new RpcGateway(new KmsApi(identities, state.rotations()), identities.time());
    var control = new ControlApi(gateway, state, hostNames, authority);
    return start(ServiceName.KMS, endpoint, gateway.dispatcher(), control.refusingProxyRequests());
  }

  /** The handler for a shared port, where a stopped service resets connections. */
  private HttpHandler start(
      ServiceName name, SocketEndpoint endpoint, FaultingDispatcher dispatcher, HttpHandler handler)
      throws IOException {
    var listener = listen(endpoint, handler);
    started.put(name, new EmulatedService(listener, dispatcher));
    return request -> listener.isListening() ? handler.handle(request) : new ServerReply.Reset();
  }

  /** Listens on one more endpoint. */
  HttpListener listen(SocketEndpoint endpoint, HttpHandler handler) throws IOException {
    var listener = HttpListener.open(endpoint, THREADS, identities.time(), handler);
    listeners.add(listener);
    return listener;
  }

  /** The services that listen so far, and those that are yet to. */
  Map<ServiceName, EmulatedService> started() {
    return started;
  }

  @Override
  public void close() throws IOException {
    for (HttpListener listener : listeners) {
      listener.close();
    }
  }
}
