package dev.kmsagent.bootstrap.command;

import dev.kmsagent.domain.SecretName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a secret from the command line. */
final class SecretNameConverter implements ITypeConverter<SecretName> {
  @Override
  public SecretName convert(String text) {
    try {
      return new SecretName(text);
    } catch (IllegalArgumentException wrong) {
      throw new TypeConversionException(wrong.getMessage());
    }
  }
}
