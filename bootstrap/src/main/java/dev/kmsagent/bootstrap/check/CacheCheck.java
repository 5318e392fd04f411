package dev.kmsagent.bootstrap.check;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.adapters.cache.redis.ConnectResult;
import dev.kmsagent.adapters.cache.redis.ProbeResult;
import dev.kmsagent.adapters.cache.redis.ProbeResult.Notifications;
import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import java.net.InetAddress;
import java.util.List;

/** Whether agents can share what they read. No finding is a problem: each agent can do without. */
final class CacheCheck {
  private static final String ANSWER = "Redis answer";
  private static final String ENTRIES = "Redis entries";
  private static final String CHANGES = "Redis changes";
  private static final String WITHOUT = " The agent works without it: reads go on from KMS.";

  private final RedisConfig config;
  private final RedisProbe probe;
  private final Report report;
  private final RedisReasons reasons;

  CacheCheck(RedisConfig config, RedisProbe probe, Report report) {
    this.config = config;
    this.probe = probe;
    this.report = report;
    this.reasons = new RedisReasons(config, probe.rights());
  }

  /** Looks at one thing after the other, as far as that is of use. */
  void check() {
    checkPassword();
    switch (probe.connect()) {
      case ConnectResult.Answered() -> {
        report.add(Finding.ok(ANSWER, greeted()));
        checkEntries();
      }
      case ConnectResult.Stopped stopped ->
          report.add(Finding.warning(ANSWER, servers() + ": " + reasons.of(stopped) + WITHOUT));
    }
  }

  private String greeted() {
    return switch (config.login()) {
      case Login.Anonymous() -> servers() + " answers.";
      case Login.Password _, Login.User _ -> servers() + " answers, and takes the login.";
    };
  }

  private void checkPassword() {
    if (isInClear() && addresses().stream().anyMatch(address -> !isLoopback(address.host()))) {
      report.add(
          Finding.warning(
              "Redis password",
              "It goes over the network in clear: set Cache.Redis.Tls. Entries are sealed all the"
                  + " same."));
    }
  }

  private boolean isInClear() {
    return config.tls() instanceof RedisConfig.Tls.Off
        && !(config.login() instanceof Login.Anonymous);
  }

  /** No name service is asked. */
  private static boolean isLoopback(String host) {
    try {
      return host.equalsIgnoreCase("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private String servers() {
    return addresses().stream().map(RedisConfig.Address::toString).collect(joining(", "));
  }

  private List<RedisConfig.Address> addresses() {
    return switch (config.servers()) {
      case Servers.Standalone(var address) -> List.of(address);
      case Servers.Sentinel(_, var sentinels) -> sentinels;
      case Servers.Cluster(var nodes) -> nodes;
    };
  }

  private void checkEntries() {
    switch (probe.tryOperations()) {
      case ProbeResult.Passed() -> {
        report.add(Finding.ok(ENTRIES, "One was written, read, revoked and taken away."));
        report.add(judge(probe.tryNotifications()));
        checkMemory();
      }
      case ProbeResult.Failed failed ->
          report.add(Finding.warning(ENTRIES, reasons.of(failed) + WITHOUT));
      case ProbeResult.Inconsistent inconsistent ->
          report.add(Finding.warning(ENTRIES, RedisReasons.of(inconsistent) + WITHOUT));
    }
  }

  private Finding judge(Notifications notifications) {
    return switch (notifications) {
      case Notifications.Received() ->
          Finding.ok(CHANGES, "Agents are notified of each other's changes.");
      case Notifications.Refused(var failure) ->
          Finding.warning(CHANGES, reasons.notNotified(failure) + checkedAgain());
      case Notifications.Missing() ->
          Finding.warning(
              CHANGES,
              "It accepted the request for notifications and sent none: a proxy?" + checkedAgain());
      case Notifications.NotOnClusters() ->
          Finding.skipped(CHANGES, "A Redis Cluster sends no notifications." + checkedAgain());
    };
  }

  private String checkedAgain() {
    return " Each copy in an agent is checked again after %d ms (Cache.Redis.LocalTtlMillis)."
        .formatted(config.entries().localTtl().toMillis());
  }

  private void checkMemory() {
    probe
        .refusesBeyond()
        .ifPresent(
            bytes ->
                report.add(
                    Finding.warning(
                        "Redis memory",
                        "Beyond %d bytes it takes nothing new (maxmemory-policy noeviction):"
                                .formatted(bytes)
                            + " with volatile-lru it would drop what was not used for long.")));
  }
}
