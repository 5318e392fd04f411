package dev.kmsagent.emulator;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.protocol.SignedQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/**
 * An emulator on a free port with a clock that tests set, the key {@code ak}/{@code sk}, and a
 * client that signs.
 */
final class RunningEmulator implements AutoCloseable {
  /** For {@code localhost} and 127.0.0.1, made once for all tests. */
  static final EmulatorCertificates CERTIFICATES;

  private static final SSLContext TRUST;

  static {
    try {
      var folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "certificates-");
      CERTIFICATES = EmulatorCertificates.in(folder);
      TRUST = CERTIFICATES.client();
    } catch (IOException | InterruptedException | GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final HttpClient client = HttpClient.newBuilder().sslContext(TRUST).build();
  private final KmsEmulator emulator;

  RunningEmulator() {
    this(builder -> builder);
  }

  RunningEmulator(UnaryOperator<KmsEmulator.Builder> settings) {
    InstantSource clock = now::get;
    try {
      emulator = settings.apply(KmsEmulator.builder().clock(clock).accessKey("ak", "sk")).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /** A signed query; of its parameters, names and values in turns, the last of a name counts. */
  String query(String method, String keyId, String keySecret, String action, String... parameters) {
    var values = new HashMap<String, String>();
    values.put("Action", action);
    values.put("Version", "2016-01-20");
    values.put("AccessKeyId", keyId);
    values.put("SignatureNonce", UUID.randomUUID().toString());
    values.put("Timestamp", now().toString());
    for (int i = 0; i < parameters.length; i += 2) {
      values.put(parameters[i], parameters[i + 1]);
    }
    return SignedQuery.of(method, keySecret, values);
  }

  HttpResponse<String> get(String url) {
    return send("GET", url, BodyPublishers.noBody());
  }

  private HttpResponse<String> send(String method, String url, BodyPublisher content) {
    return send(HttpRequest.newBuilder(URI.create(url)).method(method, content).build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Calls the control API; {@code path} is below {@code /_emulator}. */
  HttpResponse<String> control(String method, String path) {
    return control(method, path, "");
  }

  HttpResponse<String> post(String path, String body) {
    return control("POST", path, body);
  }

  HttpResponse<String> control(String method, String path, String body) {
    return send(method, kms() + "/_emulator" + path, BodyPublishers.ofString(body));
  }

  private String kms() {
    return "http://" + emulator.endpoint();
  }

  HttpResponse<String> call(String action, String... parameters) {
    return callBy("ak", "sk", action, parameters);
  }

  HttpResponse<String> callBy(String keyId, String keySecret, String action, String... parameters) {
    var query = query("POST", keyId, keySecret, action, parameters);
    return send("POST", kms() + "/?" + query, BodyPublishers.noBody());
  }

  HttpResponse<String> read(String secretName) {
    return call("GetSecretValue", "SecretName", secretName);
  }

  /** Reads a secret with a key as STS and the metadata tell it. */
  HttpResponse<String> readWith(JsonObject key, String secretName) {
    return callBy(
        key.get("AccessKeyId").getAsString(),
        key.get("AccessKeySecret").getAsString(),
        "GetSecretValue",
        "SecurityToken",
        key.get("SecurityToken").getAsString(),
        "SecretName",
        secretName);
  }

  static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  static String code(HttpResponse<String> response) {
    return json(response).get("Code").getAsString();
  }

  @Override
  public void close() {
    try {
      emulator.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    client.close();
  }
}
