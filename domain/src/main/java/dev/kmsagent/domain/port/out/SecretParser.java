package dev.kmsagent.domain.port.out;

import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.SecretContent;
import java.util.Map;
import java.util.Optional;

/** Out-port: reads a secret back from how clients receive it. Thread-safe. */
public interface SecretParser {
  /** The value in what {@link SecretRenderer} rendered. */
  SecretContent parse(Representation representation);

  /**
   * The fields of a value that is a JSON object, in their order: a string as the text that it
   * means, a number as it is written, others as JSON; those that are null are left out. Empty for
   * any other value.
   */
  Optional<Map<String, String>> fields(SecretContent content);
}
