package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.List;

/** One page of a listing; pages are counted from 1. */
record ListingPage(int number, int size) {
  private static final int MAX_SIZE = 100;

  static Result<ListingPage> read(Parameters parameters, int defaultSize) {
    return SecretParameters.integer(parameters, "PageNumber", 1, 1, Integer.MAX_VALUE)
        .then(
            number ->
                SecretParameters.integer(parameters, "PageSize", defaultSize, 1, MAX_SIZE)
                    .map(size -> new ListingPage(number, size)));
  }

  <T> List<T> of(List<T> all) {
    return all.stream().skip((number - 1L) * size).limit(size).toList();
  }

  void addTo(JsonObject json, int total) {
    json.addProperty("PageNumber", number);
    json.addProperty("PageSize", size);
    json.addProperty("TotalCount", total);
  }
}
