package dev.kmsagent.emulator;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpListener;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/** The services that listen; those of a start that fails are to be closed like all others. */
final class Services implements AutoCloseable {
  private final ThreadFactory threads;
  private final Map<ServiceName, EmulatedService> open = new EnumMap<>(ServiceName.class);

  Services(ThreadFactory threads) {
    this.threads = threads;
  }

  void open(ServiceName name, Endpoint place, FaultingDispatcher desk, HttpHandler handler)
      throws IOException {
    var listener = HttpListener.open(place.sockets(), place.address(), threads, handler);
    open.put(name, new EmulatedService(listener, desk));
  }

  EmulatedService get(ServiceName name) {
    EmulatedService service = open.get(name);
    if (service == null) {
      String method = name.name().toLowerCase(Locale.ROOT);
      throw new IllegalStateException("call " + method + "(..) of the builder to have it");
    }
    return service;
  }

  /** Those that listen so far. */
  Map<ServiceName, EmulatedService> opened() {
    return Map.copyOf(open);
  }

  @Override
  public void close() throws IOException {
    for (EmulatedService service : open.values()) {
      service.close();
    }
  }
}
