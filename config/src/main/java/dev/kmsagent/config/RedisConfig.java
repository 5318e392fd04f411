package dev.kmsagent.config;

import java.time.Duration;
import java.util.List;

/** The table {@code [Cache.Redis]}: a cache outside the process, which agents share. */
public record RedisConfig(Servers servers, Login login, Tls tls, Limits limits, Entries entries) {

  /**
   * Where a server listens.
   *
   * @param host a host name or an IP address, an IPv6 address in brackets
   * @param port 1..65535
   */
  public record Address(String host, int port) {

    /** As the file writes it. */
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** Which servers there are, and who knows them. */
  public sealed interface Servers {

    /** One server. */
    record Standalone(Address address, int database) implements Servers {}

    /**
     * A master with replicas that can take its place.
     *
     * @param masterName what the sentinels call it
     * @param addresses of the sentinels, at least one
     */
    record Sentinel(String masterName, List<Address> addresses, int database) implements Servers {

      public Sentinel {
        addresses = filled(addresses);
      }
    }

    /**
     * Servers that divide the entries among them.
     *
     * @param addresses of some of them, at least one; they tell of the others
     */
    record Cluster(List<Address> addresses) implements Servers {

      public Cluster {
        addresses = filled(addresses);
      }
    }

    private static List<Address> filled(List<Address> addresses) {
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("without an address nobody is found");
      }
      return List.copyOf(addresses);
    }
  }

  /** What the servers are told about the agent. */
  public sealed interface Login {

    /** Nothing. */
    record Anonymous() implements Login {}

    /** The password of the default user. */
    record Password(ConfidentialText password) implements Login {}

    /** A user of the server's access control lists. */
    record User(String name, ConfidentialText password) implements Login {}
  }

  /** How connections are protected. */
  public sealed interface Tls {

    /** They are not. */
    record Off() implements Tls {}

    /** By TLS, with a server whose certificate is believed. */
    record On(Trust trust) implements Tls {}
  }

  /**
   * How much is asked of the servers.
   *
   * @param timeout of each step: to connect, to get a free connection, to be answered
   * @param maxConnections at one time, to each server
   */
  public record Limits(Duration timeout, int maxConnections) {}

  /**
   * What is kept on the servers, and how.
   *
   * @param keyPrefix what the names of all entries begin with
   * @param encryptionKeys one, or a new one and an old one: the first seals, any opens
   * @param localTtl how long a copy in the process counts where the server does not say that the
   *     entry has changed
   */
  public record Entries(String keyPrefix, List<EncryptionKey> encryptionKeys, Duration localTtl) {

    public Entries {
      encryptionKeys = List.copyOf(encryptionKeys);
      if (encryptionKeys.isEmpty() || encryptionKeys.size() > 2) {
        throw new IllegalArgumentException("one or two keys, not " + encryptionKeys.size());
      }
      if (encryptionKeys.stream().distinct().count() < encryptionKeys.size()) {
        throw new IllegalArgumentException("the new key is the old one");
      }
    }
  }
}
