package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.adapters.kms.transport.HostProbe.Probe;
import dev.kmsagent.adapters.kms.transport.HostProbe.Step;
import java.io.IOException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import javax.net.ssl.SSLException;

/** Where a probe stopped and why, told from the classes in a chain of exceptions. */
final class ProbeFailure {
  private static final String UNKNOWN_NAME =
      "The name is unknown to DNS (or the proxy's name is): is it right, and can this network"
          + " resolve it?";

  private record Rule(Class<? extends Throwable> type, Step step, String reason) {}

  /** In order, since one exception can be several of these. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(
              CertificateExpiredException.class,
              Step.TLS,
              "Its certificate has ended, or this machine's clock is wrong."),
          new Rule(
              CertificateNotYetValidException.class,
              Step.TLS,
              "Its certificate is not valid yet, or this machine's clock is wrong."),
          new Rule(
              CertPathBuilderException.class,
              Step.TLS,
              "Its certificate comes from an authority that is not trusted here: an instance's own"
                  + " gateway, or a proxy that opens TLS, needs its authority in KMS.CaFile."),
          new Rule(
              CertificateException.class,
              Step.TLS,
              "Its certificate is for another host: is the endpoint's name right?"),
          new Rule(
              SSLException.class,
              Step.TLS,
              "What answers there does not speak TLS: is the port right?"),
          new Rule(UnresolvedAddressException.class, Step.NAME, UNKNOWN_NAME),
          new Rule(UnknownHostException.class, Step.NAME, UNKNOWN_NAME),
          new Rule(
              HttpConnectTimeoutException.class,
              Step.CONNECTION,
              "No connection in time: is there a route, a security group or a firewall in the way,"
                  + " or a proxy needed (KMS.Proxy)?"),
          new Rule(
              HttpTimeoutException.class,
              Step.ANSWER,
              "It accepted the request and did not answer."),
          new Rule(IOException.class, Step.CONNECTION, "The connection was refused or broke."));

  private ProbeFailure() {}

  static Probe.Stopped of(IOException failure) {
    var rule =
        RULES.stream()
            .filter(candidate -> TransportFailures.has(failure, candidate.type()))
            .findFirst()
            .orElseThrow();
    return new Probe.Stopped(rule.step(), rule.reason());
  }
}
