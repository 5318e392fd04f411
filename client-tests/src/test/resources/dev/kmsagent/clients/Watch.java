import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** Tells a program of each change of a secret. */
public final class Watch {
  private static final String AGENT = "http://127.0.0.1:2025/secretsmanager/get";
  private static final Path TOKEN =
      Path.of(
          System.getenv().getOrDefault("KMS_TOKEN", "/var/run/kmstoken/token").replace("file://", ""));
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  /** Calls use with the value, and again each time that the secret has changed. */
  public static void watch(String secret, String field, Consumer<String> use)
      throws InterruptedException {
    String etag = "\"\"";
    while (true) {
      long pause = 1;
      try {
        HttpResponse<String> answer = ask(secret, field, etag);
        if (answer.statusCode() == 200) {
          use.accept(answer.body());
          etag = answer.headers().firstValue("ETag").get();
        } else if (answer.statusCode() != 304) {
          System.err.println(secret + ": " + answer.statusCode() + " " + answer.body());
          pause = answer.headers().firstValueAsLong("Retry-After").orElse(5);
        }
      } catch (IOException noAnswer) {
        System.err.println(secret + ": " + noAnswer);
        pause = 5;
      }
      Thread.sleep(pause * 1000);
    }
  }

  private static HttpResponse<String> ask(String secret, String field, String etag)
      throws IOException, InterruptedException {
    String query =
        "?secretId=" + URLEncoder.encode(secret, StandardCharsets.UTF_8)
            + "&field=" + URLEncoder.encode(field, StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(AGENT + query))
            .header("X-KMS-Token", Files.readString(TOKEN).strip())
            .header("If-None-Match", etag)
            .header("Prefer", "wait=55")
            .timeout(Duration.ofSeconds(75))
            .build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  public static void main(String[] args) throws Exception {
    watch("app", "password", System.out::println);
  }
}
