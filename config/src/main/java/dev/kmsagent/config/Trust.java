package dev.kmsagent.config;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** The certificate authorities that are trusted. */
public sealed interface Trust {

  /** The authorities of the system. */
  record SystemAuthorities() implements Trust {}

  /** The authorities of the system and those of a PEM file. */
  record AlsoFrom(Path pemFile) implements Trust {

    static ValueType<Path> type() {
      return ValueTypes.path("a file of certificates in PEM");
    }

    /** The rule that the file, if one is given, must be readable and contain a certificate. */
    static Rule holdsCertificates(ConfigKey<Path> key) {
      return Rule.on(
          "`" + key.path() + "` must be readable and contain a certificate",
          values -> key.findIn(values).map(values::resolve).stream().allMatch(AlsoFrom::isReadable),
          values ->
              key.problemIn(
                  values, "holds no certificate that can be read", key.type().allowed().describe()),
          key);
    }

    private static boolean isReadable(Path file) {
      try {
        return !Authorities.from(file).isEmpty();
      } catch (IOException | GeneralSecurityException unusable) {
        return false;
      }
    }

    /** The authorities of the system, and those of the file if one is given. */
    static Trust in(Values values, ConfigKey<Path> key) {
      return key.findIn(values)
          .<Trust>map(file -> new AlsoFrom(values.resolve(file)))
          .orElseGet(SystemAuthorities::new);
    }
  }
}
