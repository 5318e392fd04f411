package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/**
 * An emulator on a free port with a clock that tests set, the key {@code ak}/{@code sk}, and a
 * client that signs.
 */
final class RunningEmulator implements AutoCloseable {
  /** For {@code localhost} and 127.0.0.1, made once for all tests. */
  static final EmulatorCertificates CERTIFICATES = certificates();

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T12:00:00Z"));
  private final HttpClient client = HttpClient.newBuilder().sslContext(trust()).build();
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

  private static SSLContext trust() {
    try {
      return CERTIFICATES.client();
    } catch (GeneralSecurityException | IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static EmulatorCertificates certificates() {
    try {
      var target = Path.of("target").toAbsolutePath();
      return EmulatorCertificates.in(Files.createTempDirectory(target, "certificates-"));
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
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

  /** A request that is complete but for the signature, and for what the test wants of it. */
  V3Request request(String action) {
    return V3Request.of(action).by("ak", "sk").at(now());
  }

  HttpResponse<String> send(V3Request request) {
    return send(request.signedFor(emulator.port()));
  }

  HttpResponse<String> get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).build());
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

  /** What a port answers to octets that no HTTP client would send, and after which none follow. */
  static String exchange(int port, String octets) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Calls the control API; {@code path} is below {@code /_emulator}. */
  HttpResponse<String> control(String method, String path) {
    return control(method, path, BodyPublishers.noBody());
  }

  private HttpResponse<String> control(String method, String path, BodyPublisher content) {
    var uri = URI.create("http://" + emulator.endpoint() + "/_emulator" + path);
    return send(HttpRequest.newBuilder(uri).method(method, content).build());
  }

  HttpResponse<String> post(String path, String body) {
    return control("POST", path, BodyPublishers.ofString(body));
  }

  /** Calls an action with parameters given as names and values in turns. */
  HttpResponse<String> call(String action, String... parameters) {
    V3Request request = request(action);
    for (int i = 0; i < parameters.length; i += 2) {
      request.with(parameters[i], parameters[i + 1]);
    }
    return send(request);
  }

  HttpResponse<String> read(String secretName) {
    return send(request("GetSecretValue").with("SecretName", secretName));
  }

  /** Reads a secret with a key as STS and the metadata tell it. */
  HttpResponse<String> readWith(JsonObject key, String secretName) {
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
  public void close() {
    try {
      emulator.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    client.close();
  }
}
