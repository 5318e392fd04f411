package dev.kmsagent.bootstrap.check;

import dev.kmsagent.config.ServerCertificate;
import dev.kmsagent.config.TlsConfig;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.stream.Stream;

/** Checks what clients see of the certificate of the main listener at a time. */
public record CertificateCheck(Instant now, Report report) {
  private static final String SUBJECT = "certificate";

  /** A certificate is renewed earlier, or in the last third of a short life. */
  private static final Duration WEEK = Duration.ofDays(7);

  /** Checks the names and the end of the certificate, and whether TLS is required. */
  public void check(TlsConfig tls) {
    try {
      check(ServerCertificate.chain(tls.certificateFile()).getFirst());
    } catch (IOException | CertificateParsingException unusable) {
      report.problem(SUBJECT, "It cannot be read: " + unusable.getMessage());
    }
    if (!tls.required()) {
      report.warning(
          "TLS", "Requests without it are served, too, until Server.TlsRequired = true.");
    }
  }

  private void check(X509Certificate certificate) throws CertificateParsingException {
    var begin = certificate.getNotBefore().toInstant();
    var end = certificate.getNotAfter().toInstant();
    var names =
        Stream.ofNullable(certificate.getSubjectAlternativeNames())
            .flatMap(Collection::stream)
            .map(name -> name.get(1))
            .toList();
    var text = "It is for %s, from %s to %s.".formatted(names, begin, end);
    var third = Duration.between(begin, end).dividedBy(3);
    if (now.isBefore(begin) || now.isAfter(end) || names.isEmpty()) {
      report.problem(SUBJECT, text + " Clients refuse it: replace it.");
    } else if (now.isAfter(end.minus(third.compareTo(WEEK) < 0 ? third : WEEK))) {
      report.warning(SUBJECT, text + " It ends soon: replace it.");
    } else {
      report.ok(SUBJECT, text);
    }
  }
}
