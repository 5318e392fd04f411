package dev.kmsagent.emulator.kms;

import com.google.gson.annotations.SerializedName;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One condition of a listing: a property of the secret contains one of the values. */
record Filter(Property property, List<String> values) {
  private static final String PARAMETER = "Filters";

  Filter {
    values = List.copyOf(values);
  }

  /** What can be filtered by, with its name on the wire. */
  enum Property {
    NAME("SecretName"),
    DESCRIPTION("Description"),
    TAG_KEY("TagKey"),
    TAG_VALUE("TagValue"),
    INSTANCE("DKMSInstanceId");

    private final String wire;

    Property(String wire) {
      this.wire = wire;
    }

    Collection<String> texts(Secret secret) {
      SecretMetadata profile = secret.profile();
      return switch (this) {
        case NAME -> List.of(secret.name());
        case DESCRIPTION -> List.of(profile.description());
        case TAG_KEY -> profile.tags().keySet();
        case TAG_VALUE -> profile.tags().values();
        case INSTANCE -> List.of(profile.instanceId());
      };
    }

    static Optional<Property> named(@Nullable String wire) {
      return Arrays.stream(values()).filter(property -> property.wire.equals(wire)).findFirst();
    }
  }

  private record Sent(
      @SerializedName("Key") @Nullable String property,
      @SerializedName("Values") @Nullable List<String> values) {

    Optional<Filter> understood() {
      if (values == null || values.stream().anyMatch(Objects::isNull)) {
        return Optional.empty();
      }
      return Property.named(property).map(known -> new Filter(known, values));
    }
  }

  /** All conditions of a request as one. */
  static Result<Predicate<Secret>> read(Parameters parameters) {
    return JsonParameter.read(parameters, PARAMETER, Sent[].class, new Sent[0])
        .then(Filter::understood);
  }

  private static Result<Predicate<Secret>> understood(Sent[] all) {
    var filters = new ArrayList<Filter>();
    for (@Nullable Sent sent : all) {
      Optional<Filter> filter = Optional.ofNullable(sent).flatMap(Sent::understood);
      if (filter.isEmpty()) {
        return new Result.Refused<>(ParameterErrors.invalid(PARAMETER));
      }
      filters.add(filter.get());
    }
    return new Result.Done<>(secret -> filters.stream().allMatch(filter -> filter.passes(secret)));
  }

  private boolean passes(Secret secret) {
    Collection<String> texts = property.texts(secret);
    return values.stream().anyMatch(value -> texts.stream().anyMatch(t -> t.contains(value)));
  }
}
