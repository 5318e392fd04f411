package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.transport.HostProbe;
import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.adapters.kms.transport.TransportFailure.Step;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Whether a host of the cloud can be reached, and whether the clocks agree. */
final class HostCheck {
  /** KMS refuses a call whose time is further off (its error {@code RequestTimeTooSkewed}). */
  private static final Duration MOST_SKEW = Duration.ofMinutes(15);

  /** A clock that is kept by NTP is better than this by far. */
  private static final Duration WORTH_A_WORD = Duration.ofSeconds(30);

  private final HostProbe probe;
  private final Report report;

  HostCheck(HostProbe probe, Report report) {
    this.probe = probe;
    this.report = report;
  }

  /** Whether it is of use to call the host. */
  enum Reach {
    ANSWERS,
    DOES_NOT_ANSWER
  }

  /**
   * Looks at a host.
   *
   * @param name what the host is for people: KMS, STS
   */
  Reach check(String name, URI host) throws InterruptedException {
    return switch (probe.probe(host)) {
      case Probe.Answered(var clockAhead) -> {
        passed(name, host, steps(host));
        report.add(clock(name, clockAhead));
        yield Reach.ANSWERS;
      }
      case Probe.AnsweredWithoutTime() -> {
        passed(name, host, steps(host));
        report.add(Finding.skipped(name + " clock", "It does not tell its time."));
        yield Reach.ANSWERS;
      }
      case Probe.Stopped(var stop, var reason) -> {
        passed(name, host, steps(host).stream().takeWhile(step -> step != stop).toList());
        report.add(Finding.problem(subject(name, stop), host.getAuthority() + ": " + reason));
        yield Reach.DOES_NOT_ANSWER;
      }
    };
  }

  private static List<Step> steps(URI host) {
    return Arrays.stream(Step.values())
        .filter(step -> step != Step.TLS || "https".equals(host.getScheme()))
        .toList();
  }

  private void passed(String name, URI host, List<Step> steps) {
    for (var step : steps) {
      report.add(Finding.ok(subject(name, step), good(step, host)));
    }
  }

  private static String subject(String name, Step step) {
    return switch (step) {
      case NAME -> name + " name";
      case CONNECTION -> name + " connection";
      case TLS -> name + " TLS";
      case ANSWER -> name + " answer";
    };
  }

  private static String good(Step step, URI host) {
    return switch (step) {
      case NAME -> host.getHost() + " is found.";
      case CONNECTION -> host.getAuthority() + " takes connections.";
      case TLS -> "Its certificate is trusted, and names it.";
      case ANSWER -> "It answers.";
    };
  }

  private static Finding clock(String name, Duration ahead) {
    var subject = name + " clock";
    var off =
        "This machine's clock is %d s %s."
            .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead");
    if (ahead.abs().compareTo(MOST_SKEW) >= 0) {
      return Finding.problem(
          subject, off + " Beyond 15 min every call is refused: set it, for instance by NTP.");
    }
    return ahead.abs().compareTo(WORTH_A_WORD) >= 0
        ? Finding.warning(subject, off + " Beyond 15 min every call is refused.")
        : Finding.ok(subject, "This machine's clock agrees.");
  }
}
