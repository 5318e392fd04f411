package dev.kmsagent.bootstrap.attack;

import dev.kmsagent.bootstrap.e2e.TestCloud;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Requests that must be rejected, from a seed: none shows the token and is otherwise good. Not
 * thread-safe.
 */
public final class HostileRequests {
  /** In what an attacker chooses, to be found in the log if it gets there. */
  public static final String TEXT = "text-of-an-attacker";

  private final Random random;
  private final String secretName;
  private final List<Supplier<String>> kinds =
      List.of(
          this::badHost,
          this::badMethod,
          this::badTarget,
          this::badToken,
          this::forwarded,
          this::badField,
          this::badLength,
          this::smuggled,
          this::badVersion,
          this::noHttp);

  public HostileRequests(long seed, String secretName) {
    this.random = new Random(seed);
    this.secretName = secretName;
  }

  /** The next one, a byte a character. */
  public String next() {
    return one(kinds).get();
  }

  private <T> T one(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private String choice(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String good() {
    return "/secretsmanager/get?secretId=" + secretName;
  }

  private static String request(String line, String host, String... fields) {
    var all = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return line + "\r\nHost: " + host + "\r\n" + all + "\r\n";
  }

  private static String get(String target, String... fields) {
    return request("GET " + target + " HTTP/1.1", "localhost", fields);
  }

  private static String token() {
    return "X-KMS-Token: " + TestCloud.TOKEN;
  }

  private String badHost() {
    var host =
        choice(
            "evil.example",
            "localhost:" + TEXT,
            "localhost:99999999",
            "localhost.evil.example",
            "[::1%" + TEXT + "]",
            "[" + TEXT,
            "127.0.0.1@evil.example",
            "localhost:" + TEXT.repeat(100),
            "169.254.169.254",
            "local host",
            "\u0000");
    return request("GET " + good() + " HTTP/1.1", host, token());
  }

  private String badMethod() {
    var method =
        choice(
            "POST", "PUT", "DELETE", "TRACE", "CONNECT", "get", "G\u0000T", "X".repeat(5000), TEXT);
    return request(method + " " + good() + " HTTP/1.1", "localhost", token());
  }

  private String badTarget() {
    var target =
        choice(
            "/v1/%zz",
            "/v1/a%00" + TEXT,
            "/%2e%2e/%2e%2e/etc/passwd",
            "//" + TEXT,
            "http://evil.example" + good(),
            "*",
            "/" + "a".repeat(random.nextInt(20_000)),
            good() + "&versionId=%f0%28",
            "/secretsmanager/get?secretId=" + "%20".repeat(random.nextInt(2000)),
            "/v1/\u00e5\u00af",
            "evil.example:443");
    return get(target, "X-KMS-Token: " + TEXT);
  }

  private String badToken() {
    var token =
        choice(
            "",
            TEXT,
            TestCloud.TOKEN.substring(1),
            TestCloud.TOKEN + "0",
            "x".repeat(7000),
            "\u0001",
            TestCloud.TOKEN.substring(0, random.nextInt(TestCloud.TOKEN.length())));
    return get(choice(good(), "/v1/" + secretName), "X-KMS-Token: " + token);
  }

  private String forwarded() {
    var field = choice("X-Forwarded-For: 10.0.0.1", "Forwarded: for=" + TEXT, "Via: 1.1 " + TEXT);
    return get(good(), token(), field);
  }

  private String badField() {
    var field =
        choice(
            "X-Large: " + "x".repeat(8_000 + random.nextInt(12_000)),
            "X-Folded: a\r\n b",
            "X-Odd : a",
            ": " + TEXT,
            TEXT,
            "X-Control: \u0007" + TEXT,
            "X-Many: 1\r\n".repeat(1 + random.nextInt(900)) + "X-Last: 1",
            "Cookie: " + "a=b;".repeat(random.nextInt(2000)));
    return get(good(), field);
  }

  private String badLength() {
    var field =
        choice(
            "Content-Length: -1",
            "Content-Length: " + TEXT,
            "Content-Length: 1000000000000",
            "Content-Length: 99999999999999999999",
            "Content-Length: 1\r\nContent-Length: 2",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff",
            "Transfer-Encoding: chunked\r\n\r\n" + TEXT,
            "Expect: 100-continue\r\nContent-Length: 1000000");
    return get(good(), field);
  }

  /** One that is rejected, with another one without the token in its body. */
  private String smuggled() {
    var length =
        choice(
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: x, chunked",
            "Transfer-Encoding:\u000bchunked",
            "Content-Length: 0\nContent-Length: 40");
    return get(good(), length) + "0\r\n\r\n" + get(good());
  }

  private String badVersion() {
    var version =
        choice(
            "HTTP/0.9", "HTTP/9.9", "HTTP/1", "http/1.1", "", "HTTP/1.1 " + TEXT, "HTTP/1.1\u0000");
    return request("GET " + good() + " " + version, "localhost");
  }

  private String noHttp() {
    var bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return choice(
        new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
        "\r\n".repeat(random.nextInt(100)),
        "*3\r\n$3\r\nGET\r\n",
        "GET " + good() + "\r\n\r\n");
  }
}
