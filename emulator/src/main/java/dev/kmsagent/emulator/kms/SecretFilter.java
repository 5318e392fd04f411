package dev.kmsagent.emulator.kms;

import com.google.gson.annotations.SerializedName;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The conditions of a listing: for each, a property of the secret contains one of the values. */
final class SecretFilter {
  private static final String PARAMETER = "Filters";

  private SecretFilter() {}

  private record Condition(
      @SerializedName("Key") @Nullable String property,
      @SerializedName("Values") @Nullable List<String> values) {
    /** Empty where the property is not known or a value is missing. */
    Optional<Predicate<StoredSecret>> predicate() {
      if (values == null || values.stream().anyMatch(Objects::isNull)) {
        return Optional.empty();
      }
      return textsOf(property)
          .map(texts -> secret -> texts.apply(secret).stream().anyMatch(this::containsAValue));
    }

    private boolean containsAValue(String text) {
      return values != null && values.stream().anyMatch(text::contains);
    }
  }

  /** All conditions of a request as one. */
  static Result<Predicate<StoredSecret>> read(Parameters parameters) {
    return SecretParameters.json(parameters, PARAMETER, Condition[].class, new Condition[0])
        .then(SecretFilter::conjunction);
  }

  private static Result<Predicate<StoredSecret>> conjunction(Condition[] conditions) {
    Predicate<StoredSecret> all = _ -> true;
    for (@Nullable Condition condition : conditions) {
      Optional<Predicate<StoredSecret>> next =
          Optional.ofNullable(condition).flatMap(Condition::predicate);
      if (next.isEmpty()) {
        return Result.refused(KmsErrors.invalid(PARAMETER));
      }
      all = all.and(next.get());
    }
    return Result.done(all);
  }

  private static Optional<Function<StoredSecret, Collection<String>>> textsOf(
      @Nullable String name) {
    return Optional.ofNullable(
        switch (name) {
          case "SecretName" -> secret -> List.of(secret.name());
          case "Description" -> secret -> List.of(secret.metadata().description());
          case "TagKey" -> secret -> secret.metadata().tags().keySet();
          case "TagValue" -> secret -> secret.metadata().tags().values();
          case "DKMSInstanceId" -> secret -> List.of(secret.metadata().instanceId());
          case null, default -> null;
        });
  }
}
