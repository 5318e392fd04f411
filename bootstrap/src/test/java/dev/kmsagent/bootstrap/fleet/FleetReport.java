package dev.kmsagent.bootstrap.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The last part of a fleet's run.
 *
 * @param loaded after which time every application had all its secrets; empty if one never had
 */
record FleetReport(
    double kmsPerMinute,
    int kmsPeakPerSecond,
    double throttledShare,
    double stsPerMinute,
    int stsPeakPerMinute,
    long failedReads,
    double staleShare,
    Duration longestWait,
    Optional<Duration> loaded) {
  static FleetReport of(FleetCloud cloud, Reads reads, Loading loading, Instant from) {
    var kms = cloud.kms().calls();
    var sts = cloud.sts().calls();
    var minutes = Fleet.MEASURED.toMinutes();
    return new FleetReport(
        (double) kms.since(from) / minutes,
        kms.peak(Duration.ofSeconds(1), from),
        kms.throttledSince(from),
        (double) sts.since(from) / minutes,
        sts.peak(Duration.ofMinutes(1), from),
        reads.failed(),
        (double) reads.stale() / reads.all(),
        reads.longestWait(),
        loading.took());
  }
}
