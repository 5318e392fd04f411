package dev.kmsagent.bootstrap.check;

import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.config.TlsConfig;
import java.security.cert.CertificateParsingException;
import java.time.Instant;

/** Checks what clients see of the certificate of the main listener at a time. */
public record CertificateCheck(Instant now, Report report) {
  private static final String SUBJECT = "certificate";

  /** Tells for what the certificate is, and whether it has ended. */
  public void check(TlsConfig tls) {
    try {
      var certificate = ServerCertificate.chain(tls.certificateFile()).getFirst();
      var end = certificate.getNotAfter().toInstant();
      var names = certificate.getSubjectAlternativeNames();
      if (names == null || now.isAfter(end)) {
        report.problem(SUBJECT, "Clients refuse it: it names no host, or ended at " + end + ".");
      } else {
        var hosts = names.stream().map(name -> name.get(1)).toList();
        report.ok(SUBJECT, "It is for %s, until %s.".formatted(hosts, end));
      }
    } catch (IllegalArgumentException | CertificateParsingException unusable) {
      report.problem(SUBJECT, "It cannot be used: " + unusable.getMessage());
    }
  }
}
