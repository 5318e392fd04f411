package dev.kmsagent.domain;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a secret, as KMS returned it.
 *
 * @param stages the labels of this version, in KMS's order
 * @param attributes the other fields of the answer; absent fields stay absent
 */
public record Secret(
    SecretName name,
    VersionId version,
    List<Stage> stages,
    DataType dataType,
    ConfidentialText value,
    Map<SecretAttribute, String> attributes)
    implements CachedSecret {
  /** The records, the map and the array of the value, beside their texts and the attributes. */
  private static final int OBJECTS = 120;

  /** Its places in the map, which is half empty. */
  private static final int PER_ATTRIBUTE = 16;

  public Secret {
    stages = List.copyOf(stages);
    attributes = Map.copyOf(attributes);
  }

  /** The value of {@code attribute}, if KMS returned one. */
  public Optional<String> attribute(SecretAttribute attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }

  /**
   * When KMS rotates it next; a date that is past if that rotation has not been done yet. Empty for
   * a secret that KMS does not rotate by itself.
   */
  public Optional<Instant> nextRotation() {
    var last = date(SecretAttribute.LAST_ROTATION_DATE);
    return date(SecretAttribute.NEXT_ROTATION_DATE)
        .filter(next -> last.isEmpty() || last.get().isBefore(next));
  }

  private Optional<Instant> date(SecretAttribute attribute) {
    try {
      return attribute(attribute).map(Instant::parse);
    } catch (DateTimeParseException unknownFormat) {
      return Optional.empty();
    }
  }

  @Override
  public Revision revision() {
    return Revision.of(version, attribute(SecretAttribute.CREATE_TIME).orElse(""));
  }

  @Override
  public String kmsRequestId() {
    return attribute(SecretAttribute.REQUEST_ID).orElse("");
  }

  /** The same without the value and what only describes it. */
  public SecretVersion withoutValue() {
    return new SecretVersion(version, revision(), stages, kmsRequestId());
  }

  @Override
  public int size() {
    return OBJECTS
        + withoutValue().size()
        + CachedSecret.sizeOf(name.value())
        + value.size()
        + attributes.values().stream()
            .mapToInt(text -> PER_ATTRIBUTE + CachedSecret.sizeOf(text))
            .sum();
  }
}
