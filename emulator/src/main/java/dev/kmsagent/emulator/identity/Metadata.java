package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/** The answers of the metadata service; safe for many threads. */
final class Metadata {
  private static final String LIFE_FIELD = "X-aliyun-ecs-metadata-token-ttl-seconds";
  private static final String TOKEN_FIELD = "X-aliyun-ecs-metadata-token";
  private static final Pattern SECONDS = Pattern.compile("[1-9]\\d{0,4}");
  private static final int LONGEST_LIFE = 21_600;

  private final EcsInstance instance;
  private final Roles roles;
  private final RoleKeys keys;
  private final MetadataTokens tokens;

  Metadata(EcsInstance instance, Roles roles, RoleKeys keys, MetadataTokens tokens) {
    this.instance = instance;
    this.roles = roles;
    this.keys = keys;
    this.tokens = tokens;
  }

  Result<HttpResponse> answer(MetadataRequest question, HttpRequest request) {
    return switch (question) {
      case MetadataRequest.NewToken() -> newToken(request);
      case MetadataRequest.RoleName() -> guarded(request).then(_ -> role()).map(Metadata::text);
      case MetadataRequest.RoleKey(var name) -> guarded(request).then(_ -> key(name));
      case MetadataRequest.Other() -> new Result.Refused<>(MetadataErrors.notFound());
    };
  }

  private Result<HttpResponse> newToken(HttpRequest request) {
    return request
        .headers()
        .first(LIFE_FIELD)
        .filter(value -> SECONDS.matcher(value).matches())
        .map(Integer::parseInt)
        .filter(seconds -> seconds <= LONGEST_LIFE)
        .map(seconds -> tokens.issue(Duration.ofSeconds(seconds)))
        .<Result<HttpResponse>>map(issued -> new Result.Done<>(text(issued)))
        .orElseGet(() -> new Result.Refused<>(MetadataErrors.badLife()));
  }

  /** The request itself, if it may be answered. */
  private Result<HttpRequest> guarded(HttpRequest request) {
    Optional<String> presented = request.headers().first(TOKEN_FIELD);
    if (presented.isEmpty() && instance.mode() == EcsInstance.Mode.GUARDED_ONLY) {
      return new Result.Refused<>(MetadataErrors.noToken());
    }
    return presented.isEmpty() || tokens.valid(presented.get())
        ? new Result.Done<>(request)
        : new Result.Refused<>(MetadataErrors.invalidToken());
  }

  private Result<String> role() {
    return instance
        .role()
        .filter(name -> roles.find(name).isPresent())
        .<Result<String>>map(Result.Done::new)
        .orElseGet(() -> new Result.Refused<>(MetadataErrors.notFound()));
  }

  private Result<HttpResponse> key(String asked) {
    return role()
        .then(
            name ->
                name.equals(asked)
                    ? new Result.Done<>(json(keys.show(name)))
                    : new Result.Refused<>(MetadataErrors.notFound()));
  }

  private static HttpResponse text(String text) {
    return HttpResponse.text(200, text);
  }

  private static HttpResponse json(MintedKey key) {
    JsonObject json = key.credentials();
    json.addProperty("LastUpdated", key.minted().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("Code", "Success");
    return HttpResponse.json(200, json.toString());
  }
}
