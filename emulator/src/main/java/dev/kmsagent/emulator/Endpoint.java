package dev.kmsagent.emulator;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import javax.net.ServerSocketFactory;

/** Where a service listens, and with which sockets: plain ones or those of TLS. */
record Endpoint(ServerSocketFactory sockets, InetSocketAddress address) {
  static Endpoint loopback(ServerSocketFactory sockets, int port) {
    return new Endpoint(sockets, new InetSocketAddress(loopback(), port));
  }

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
