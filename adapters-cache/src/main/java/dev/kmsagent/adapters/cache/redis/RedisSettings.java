package dev.kmsagent.adapters.cache.redis;

import java.net.PasswordAuthentication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How Redis is reached.
 *
 * @param timeout of each step: to connect, to get a free connection, to be answered
 * @param maxConnections at one time, to each server
 */
public record RedisSettings(
    Servers servers, Login login, Encryption encryption, Duration timeout, int maxConnections) {

  /** Host and port of one server. */
  public record Address(String host, int port) {}

  /** Which servers there are. */
  public sealed interface Servers {
    /** One. */
    record Standalone(Address address, int database) implements Servers {}

    /** A primary with replicas, which the sentinels know. */
    record Sentinel(String master, List<Address> sentinels, int database) implements Servers {
      public Sentinel {
        sentinels = List.copyOf(sentinels);
      }
    }

    /** Several that share the entries; some of them are enough to find the others. */
    record Cluster(List<Address> nodes) implements Servers {
      public Cluster {
        nodes = List.copyOf(nodes);
      }
    }
  }

  /** As whom it is used. */
  public sealed interface Login {
    /** Nobody. */
    record Anonymous() implements Login {}

    /** An ACL user; one without a name is the default user. */
    record As(PasswordAuthentication account) implements Login {}
  }

  /** How the connection is kept to ourselves. */
  public sealed interface Encryption {
    /** Not at all; entries are sealed all the same. */
    record None() implements Encryption {}

    /** TLS with the authorities of the system. */
    record Tls() implements Encryption {}

    /** TLS with the authorities of the system and those of a PEM file. */
    record TlsAlsoTrusting(Path pemFile) implements Encryption {}
  }
}
