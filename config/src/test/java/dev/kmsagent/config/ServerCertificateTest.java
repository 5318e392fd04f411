package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kmsagent.domain.ConfidentialText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys as openssl writes them, after a line of text. */
final class ServerCertificateTest {
  private static final Path FOLDER = Path.of("src/test/resources/dev/kmsagent/config/tls");
  private static final String CERTIFICATE = text("rsa.pem");
  private static final String KEY = text("rsa.pkcs8.key");

  private static final String WRONG_KEY =
      "the key is damaged, not that of the certificate, or neither RSA, EC nor EdDSA";

  private static String text(String file) {
    try {
      return Files.readString(FOLDER.resolve(file));
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private static ServerCertificate of(String certificates, String key) {
    return ServerCertificate.of(new ConfidentialText(certificates + key));
  }

  /** What is said of files that cannot be used, none of which may quote the key. */
  private static String problem(String certificates, String key) {
    var problem = catchThrowableOfType(IllegalArgumentException.class, () -> of(certificates, key));
    var lines = (certificates + key).lines().filter(line -> line.matches("[A-Za-z0-9+/=]{8,}"));
    assertThat(problem).isNotNull();
    assertThat(problem.toString()).doesNotContain(lines.toList());
    return String.valueOf(problem.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rsa.pkcs8", "rsa.pkcs1", "ec.pkcs8", "ec.sec1", "p521.sec1", "ed25519.pkcs8"})
  void a_key_is_taken_in_each_form(String key) {
    var read = of(text(key.split("[.]", 2)[0] + ".pem"), text(key + ".key"));

    assertThat(read.key().getAlgorithm())
        .isEqualTo(read.chain().getFirst().getPublicKey().getAlgorithm());
  }

  @Test
  void the_authorities_between_follow_the_certificate_of_the_server() {
    assertThat(of(text("ec.pem"), text("ec.sec1.key")).chain())
        .extracting(X509Certificate::getSubjectX500Principal)
        .extracting(Object::toString)
        .containsExactly("CN=localhost", "CN=Test authority between");
  }

  @Test
  void one_file_may_hold_both() {
    assertThat(of(KEY + CERTIFICATE, KEY + CERTIFICATE)).isEqualTo(of(CERTIFICATE, KEY));
    assertThat(of(KEY, CERTIFICATE)).isEqualTo(of(CERTIFICATE, KEY));
  }

  @Test
  void text_around_the_blocks_and_the_ends_of_lines_do_not_matter() {
    var attributes = "Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n";

    assertThat(
            of(
                "\uFEFF" + attributes + CERTIFICATE.replace("\n", "\r\n") + "-----\nend",
                attributes + KEY.replace("\n", "\r\n") + "-----\nend"))
        .isEqualTo(of(CERTIFICATE, KEY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa.pkcs8.encrypted.key", "rsa.pkcs1.encrypted.key", "rsa.pem"})
  void an_encrypted_key_or_none_is_said(String file) {
    assertThat(problem(CERTIFICATE, text(file)))
        .isEqualTo("there is no key in PEM that is not encrypted");
  }

  @Test
  void a_file_without_a_certificate_is_said() {
    assertThat(problem("", KEY)).isEqualTo("there is no certificate in PEM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ec.sec1.key", "ec.pkcs8.key", "p521.sec1.key", "ed25519.pkcs8.key"})
  void the_key_of_another_certificate_is_said(String other) {
    assertThat(problem(CERTIFICATE, text(other))).isEqualTo(WRONG_KEY);
    assertThat(problem(text("ec.pem"), KEY)).isEqualTo(WRONG_KEY);
    assertThat(problem(text("p521.pem"), text("ec.sec1.key"))).isEqualTo(WRONG_KEY);
  }

  @Test
  void a_kind_of_key_that_is_not_known_is_said() {
    assertThat(problem(text("pss.pem"), text("pss.pkcs8.key"))).isEqualTo(WRONG_KEY);
  }

  /** Some of the base64 is missing: a line, a character, the end. */
  @ParameterizedTest
  @ValueSource(strings = {"\n.{64}", "(?<=\n.{50})[A-Z]", ".{10}\n(?=-----END)"})
  void what_is_damaged_is_said(String lost) {
    assertThat(problem(CERTIFICATE, KEY.replaceFirst(lost, ""))).isEqualTo(WRONG_KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MII", "AAA", "...."})
  void a_damaged_certificate_is_said(String lost) {
    assertThat(
            problem(CERTIFICATE.replaceFirst("MII", lost).replaceFirst("[a-z]{2}\n", "A\n"), KEY))
        .startsWith("a certificate is damaged: ");
  }

  @Test
  void what_was_read_prints_no_key() {
    assertThat(of(CERTIFICATE, KEY).toString()).doesNotContain(KEY.lines().toList().get(3));
  }
}
