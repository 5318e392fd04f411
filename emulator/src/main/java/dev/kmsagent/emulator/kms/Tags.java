package dev.kmsagent.emulator.kms;

import com.google.gson.annotations.SerializedName;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the tags for a new secret from a JSON array of {@code {"TagKey", "TagValue"}}. */
final class Tags {
  private static final String PARAMETER = "Tags";

  private Tags() {}

  private record Tag(
      @SerializedName("TagKey") @Nullable String name,
      @SerializedName("TagValue") @Nullable String value) {}

  static Result<Map<String, String>> read(Parameters parameters) {
    return JsonParameter.read(parameters, PARAMETER, Tag[].class, new Tag[0]).then(Tags::asMap);
  }

  private static Result<Map<String, String>> asMap(Tag[] tags) {
    var map = new HashMap<String, String>();
    for (@Nullable Tag tag : tags) {
      if (tag == null || tag.name() == null || tag.value() == null) {
        return new Result.Refused<>(ParameterErrors.invalid(PARAMETER));
      }
      map.put(tag.name(), tag.value());
    }
    return new Result.Done<>(map);
  }
}
