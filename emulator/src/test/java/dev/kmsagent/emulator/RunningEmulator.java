package dev.kmsagent.emulator;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.http.EmulatorTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * An emulator on a free port with a clock that tests set, the key {@code ak}/{@code sk}, and a
 * client that signs.
 */
final class RunningEmulator implements AutoCloseable {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T12:00:00Z"));
  private final HttpClient client = HttpClient.newHttpClient();
  private final Queue<Duration> delays = new ConcurrentLinkedQueue<>();
  private final KmsEmulator emulator;

  RunningEmulator() {
    this(builder -> builder);
  }

  RunningEmulator(UnaryOperator<KmsEmulator.Builder> settings) {
    InstantSource clock = now::get;
    try {
      emulator =
          settings
              .apply(KmsEmulator.builder().clock(clock).time(new Time()).accessKey("ak", "sk"))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Each delay is noted, and over at once. */
  private final class Time implements EmulatorTime {
    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public CompletableFuture<?> after(Duration delay) {
      delays.add(delay);
      return CompletableFuture.completedFuture(delay);
    }
  }

  /** The delays of replies so far, in order. */
  List<Duration> delays() {
    return List.copyOf(delays);
  }

  KmsEmulator emulator() {
    return emulator;
  }

  Instant now() {
    return now.get();
  }

  void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  /** A request that is complete but for the signature, and for what the test wants of it. */
  V3Request request(String action) {
    return V3Request.of(action).by("ak", "sk").at(now());
  }

  HttpResponse<String> send(V3Request request) throws IOException, InterruptedException {
    return send(request.signedFor(emulator.port()));
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  /** Calls an action with parameters given as names and values in turns. */
  HttpResponse<String> call(String action, String... parameters)
      throws IOException, InterruptedException {
    V3Request request = request(action);
    for (int i = 0; i < parameters.length; i += 2) {
      request.with(parameters[i], parameters[i + 1]);
    }
    return send(request);
  }

  HttpResponse<String> read(String secretName) throws IOException, InterruptedException {
    return send(request("GetSecretValue").with("SecretName", secretName));
  }

  /** Reads a secret with a key as STS and the metadata tell it. */
  HttpResponse<String> readWith(JsonObject key, String secretName)
      throws IOException, InterruptedException {
    return send(
        request("GetSecretValue")
            .by(key.get("AccessKeyId").getAsString(), key.get("AccessKeySecret").getAsString())
            .header("x-acs-security-token", key.get("SecurityToken").getAsString())
            .with("SecretName", secretName));
  }

  HttpClient client() {
    return client;
  }

  static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  static String code(HttpResponse<String> response) {
    return json(response).get("Code").getAsString();
  }

  @Override
  public void close() throws IOException {
    emulator.close();
    client.close();
  }
}
