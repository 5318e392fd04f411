package dev.kmsagent.config;

import java.net.InetAddress;

/** Where a listener binds; port 0 leaves the choice of a free one to the operating system. */
public record ListenAddress(InetAddress address, int port) {

  public boolean isLoopback() {
    return address.isLoopbackAddress();
  }
}
