package dev.kmsagent.emulator;

import dev.kmsagent.emulator.control.ControlApi;
import dev.kmsagent.emulator.control.ControlSettings;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.RpcGateway;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpListener;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.http.SocketEndpoint;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.identity.MetadataService;
import dev.kmsagent.emulator.identity.OidcService;
import dev.kmsagent.emulator.identity.StsApi;
import dev.kmsagent.emulator.kms.KmsApi;
import dev.kmsagent.emulator.kms.SecretStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/** Wires and starts the services of one emulator; KMS comes last, since it controls the others. */
final class EmulatorStarter implements AutoCloseable {
  /** Virtual threads keep no process alive. */
  private static final ThreadFactory THREADS =
      Thread.ofVirtual().name("kms-emulator-", 0).factory();

  private final Identities identities;
  private final ControlSettings settings;
  private final Map<ServiceName, EmulatedService> started = new EnumMap<>(ServiceName.class);
  private final Map<ServiceName, HttpHandler> handlers = new EnumMap<>(ServiceName.class);
  private final List<HttpListener> listeners = new ArrayList<>();

  EmulatorStarter(Identities identities, ControlSettings settings) {
    this.identities = identities;
    this.settings = settings;
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

  /** The issuer of the provider is then this service. */
  void startOidc(SocketEndpoint endpoint) throws IOException {
    var dispatcher = new FaultingDispatcher(identities.time(), MetadataService::errorPage);
    var service = new OidcService(identities.provider(), dispatcher);
    var oidc = start(ServiceName.OIDC, endpoint, dispatcher, service.refusingProxyRequests());
    identities.provider().publishAt("http://" + oidc.endpoint());
  }

  void startKms(SocketEndpoint endpoint, SecretStore store) throws IOException {
    var gateway = new RpcGateway(new KmsApi(identities, store), identities.time());
    var control = new ControlApi(gateway, store, started, identities, settings);
    start(ServiceName.KMS, endpoint, gateway.dispatcher(), control.refusingProxyRequests());
  }

  private EmulatedService start(
      ServiceName name, SocketEndpoint endpoint, FaultingDispatcher dispatcher, HttpHandler handler)
      throws IOException {
    handlers.put(name, handler);
    var service = new EmulatedService(listen(endpoint, handler), dispatcher);
    started.put(name, service);
    return service;
  }

  private HttpListener listen(SocketEndpoint endpoint, HttpHandler handler) throws IOException {
    var listener = HttpListener.open(endpoint, THREADS, identities.time(), handler);
    listeners.add(listener);
    return listener;
  }

  /** One more port for KMS and STS. */
  void share(SocketEndpoint endpoint) throws IOException {
    listen(
        endpoint,
        request ->
            request.header("host").filter(CloudHosts::isSts).isPresent()
                ? handle(ServiceName.STS, request)
                : handle(ServiceName.KMS, request));
  }

  /** A service that is stopped refuses no connection to a port that it shares, but resets it. */
  private ServerReply handle(ServiceName name, HttpRequest request) {
    EmulatedService service = started.get(name);
    HttpHandler handler = handlers.get(name);
    return service == null || handler == null || !service.isListening()
        ? new ServerReply.Reset()
        : handler.handle(request);
  }

  /** The services that listen so far. */
  Map<ServiceName, EmulatedService> started() {
    return Map.copyOf(started);
  }

  @Override
  public void close() throws IOException {
    for (HttpListener listener : listeners) {
      listener.close();
    }
  }
}
