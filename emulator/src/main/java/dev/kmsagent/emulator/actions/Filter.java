package dev.kmsagent.emulator.actions;

import com.google.gson.annotations.SerializedName;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.secrets.Secret;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One condition of a listing: some text of the secret contains one of the values. */
record Filter(
    @SerializedName("Key") @Nullable String property,
    @SerializedName("Values") @Nullable List<String> values) {
  private static final String PARAMETER = "Filters";

  /** All conditions of a request as one. */
  static Result<Predicate<Secret>> read(Parameters parameters) {
    return JsonParameter.read(parameters, PARAMETER, Filter[].class, new Filter[0])
        .then(
            filters ->
                Arrays.stream(filters).allMatch(Filter::known)
                    ? new Result.Done<>(secret -> passes(secret, filters))
                    : new Result.Refused<>(Refusals.invalid(PARAMETER)));
  }

  private static boolean known(@Nullable Filter filter) {
    return filter != null
        && filter.values != null
        && List.of("SecretName", "Description", "TagKey", "TagValue", "DKMSInstanceId")
            .contains(String.valueOf(filter.property));
  }

  private static boolean passes(Secret secret, Filter[] filters) {
    return Arrays.stream(filters).allMatch(filter -> filter.passes(secret));
  }

  private boolean passes(Secret secret) {
    return values == null
        || values.stream()
            .anyMatch(value -> texts(secret).stream().anyMatch(text -> text.contains(value)));
  }

  private Collection<String> texts(Secret secret) {
    return switch (String.valueOf(property)) {
      case "SecretName" -> List.of(secret.name());
      case "Description" -> List.of(secret.profile().description());
      case "TagKey" -> secret.profile().tags().keySet();
      case "TagValue" -> secret.profile().tags().values();
      case "DKMSInstanceId" -> List.of(secret.profile().instanceId());
      default -> List.of();
    };
  }
}
