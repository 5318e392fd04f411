package dev.kmsagent.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.emulator.identity.IssuedToken;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;

/** Asks the emulated STS over TLS, as the vendor's library does. */
final class StsClient implements AutoCloseable {
  private final KmsEmulator emulator;
  private final HttpClient client;

  StsClient(KmsEmulator emulator, SSLContext trust) {
    this.emulator = emulator;
    this.client = HttpClient.newBuilder().sslContext(trust).build();
  }

  /** Asks for a session of the role {@code app}. */
  HttpResponse<String> assume(IssuedToken token) {
    return assume(token.text());
  }

  /** The same with one parameter of another value. */
  HttpResponse<String> assume(IssuedToken token, String name, String value) {
    return assume(token.text(), name, value);
  }

  HttpResponse<String> assume(String token) {
    return assume(token, "RoleSessionName", "session");
  }

  private HttpResponse<String> assume(String token, String name, String value) {
    Map<String, String> form = new TreeMap<>();
    form.put("OIDCToken", token);
    form.put("RoleArn", emulator.roles().arn("app"));
    form.put("OIDCProviderArn", emulator.oidc().arn());
    form.put("RoleSessionName", "session");
    form.put(name, value);
    return send(
        "AssumeRoleWithOIDC",
        "2015-04-01",
        form.entrySet().stream()
            .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
            .collect(joining("&")));
  }

  HttpResponse<String> send(V3Request request) {
    request.header("x-acs-version", "2015-04-01");
    return RunningEmulator.send(client, request.signedFor("https://" + emulator.sts().endpoint()));
  }

  HttpResponse<String> send(String action, String version, String form) {
    String query = "?Action=" + action + "&Version=" + version + "&Format=JSON&SignatureNonce=n";
    return RunningEmulator.send(
        client,
        HttpRequest.newBuilder(URI.create("https://" + emulator.sts().endpoint() + "/" + query))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
