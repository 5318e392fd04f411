package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.path;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.domain.ConfidentialText;
import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS of the main listener, beside plain HTTP unless TLS is required.
 *
 * @param certificateFile the certificate, and those of the authorities between, in PEM
 * @param keyFile its key in PEM
 * @param required whether plain requests are refused
 */
public record TlsConfig(Path certificateFile, Path keyFile, boolean required) {
  /**
   * The contents of both files, for {@link ServerCertificate#of}.
   *
   * @throws IllegalArgumentException when one cannot be read; the message is for people
   */
  public ConfidentialText read() {
    return new ConfidentialText(
        ServerCertificate.text(certificateFile) + ServerCertificate.text(keyFile));
  }

  /** The keys of {@code [Server]} that concern TLS. */
  static final class Keys extends Table<Optional<TlsConfig>> {
    private final ConfigKey<Path> certificateFile =
        key(
            "TlsCertificateFile",
            path("a file of certificates in PEM, that of the agent first"),
            unset("off"));
    private final ConfigKey<Path> keyFile =
        key("TlsKeyFile", path("a file with a key in PEM, not encrypted"));
    private final ConfigKey<Boolean> required = key("TlsRequired", flag(), false);

    Keys() {
      super("Server");
      var on = Condition.given(certificateFile);
      demand(
          Rule.required("`TlsCertificateFile` requires `Server.TlsKeyFile`", on, keyFile),
          Rule.onlyWith("`TlsKeyFile` requires `Server.TlsCertificateFile`", on, keyFile),
          Rule.required(
              "`TlsRequired = true` requires `Server.TlsCertificateFile`",
              Condition.is(required, true),
              certificateFile));
    }

    /** The rule for the files. */
    Rule areUsable() {
      return Rule.on(
              "`Server.TlsCertificateFile` and `Server.TlsKeyFile` must be readable and belong together",
              values -> problem(values).isEmpty(),
              values -> certificateFile.problemIn(values, problem(values).orElseThrow()),
              required)
          .when(Condition.given(certificateFile))
          .when(Condition.given(keyFile));
    }

    private Optional<String> problem(Values values) {
      try {
        var _ = ServerCertificate.of(build(values).orElseThrow().read());
        return Optional.empty();
      } catch (IllegalArgumentException unusable) {
        return Optional.of("cannot be used: " + unusable.getMessage());
      }
    }

    @Override
    public Optional<TlsConfig> build(Values values) {
      return certificateFile
          .findIn(values)
          .map(values::resolve)
          .map(it -> new TlsConfig(it, values.resolve(keyFile.in(values)), required.in(values)));
    }
  }
}
