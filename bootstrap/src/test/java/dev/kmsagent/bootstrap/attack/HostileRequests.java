package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.bootstrap.e2e.TestCloud;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests that must be rejected, from a seed: none shows the token and is otherwise good. Not
 * thread-safe.
 */
public final class HostileRequests {
  /** In what an attacker chooses, to be found in the log if it gets there. */
  public static final String TEXT = "text-of-an-attacker";

  private static final int AT_A_TIME = 64;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  /** A number of times, or as many at most: {@code <x*5000>}, {@code <x*?5000>}. */
  private static final Pattern REPEATED = Pattern.compile("<([^<>]+)\\*(\\??)(\\d+)>");

  /** Parts that differ; a line of a request ends with {@code |}. The last six are no requests. */
  private static final List<String> REQUESTS =
      """
      GET GOOD HTTP/1.1|Host: evil.example|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: localhost:TEXT|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: localhost:99999999|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: [::1%TEXT]|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: 127.0.0.1@evil.example|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: localhost:<TEXT*100>|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: local host|X-KMS-Token: TOKEN||
      GET GOOD HTTP/1.1|Host: \u0000|X-KMS-Token: TOKEN||
      POST GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN||
      CONNECT GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN||
      G\u0000T GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN||
      <X*5000> GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN||
      TEXT GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN||
      GET /v1/%zz HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET /v1/a%00TEXT HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET http://evil.example/v1/a HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET * HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET /<a*?20000> HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET /secretsmanager/get?secretId=NAME&versionId=%f0%28 HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET /secretsmanager/get?secretId=<%20*?2000> HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET /v1/\u00e5\u00af HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: ||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TEXT||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: 2e-token-0123456789abcdef||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN0||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: <x*7000>||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: \u0001||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN|X-Forwarded-For: 10.0.0.1||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN|Forwarded: for=TEXT||
      GET GOOD HTTP/1.1|Host: localhost|X-KMS-Token: TOKEN|Via: 1.1 TEXT||
      GET GOOD HTTP/1.1|Host: localhost|X-Large: <x*8000><x*?12000>||
      GET GOOD HTTP/1.1|Host: localhost|X-Folded: a| b||
      GET GOOD HTTP/1.1|Host: localhost|X-Odd : a||
      GET GOOD HTTP/1.1|Host: localhost|: TEXT||
      GET GOOD HTTP/1.1|Host: localhost|TEXT||
      GET GOOD HTTP/1.1|Host: localhost|X-Control: \u0007TEXT||
      GET GOOD HTTP/1.1|Host: localhost|<X-Many: 1|*?900>X-Last: 1||
      GET GOOD HTTP/1.1|Host: localhost|Cookie: <a=b;*?2000>||
      GET GOOD HTTP/1.1|Host: localhost|Content-Length: TEXT||
      GET GOOD HTTP/1.1|Host: localhost|Content-Length: 99999999999999999999||
      GET GOOD HTTP/1.1|Host: localhost|Content-Length: 1|Content-Length: 2||
      GET GOOD HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||ffffffffffffffff||
      GET GOOD HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||TEXT||
      GET GOOD HTTP/1.1|Host: localhost|Expect: 100-continue|Content-Length: 1000000||
      GET GOOD HTTP/1.1|Host: localhost|Content-Length: 4|Transfer-Encoding: chunked||0||GET GOOD HTTP/1.1|Host: localhost||
      GET GOOD HTTP/1.1|Host: localhost|Transfer-Encoding: chunked|Content-Length: 4||0||GET GOOD HTTP/1.1|Host: localhost||
      GET GOOD HTTP/1.1|Host: localhost|Transfer-Encoding: x, chunked||0||GET GOOD HTTP/1.1|Host: localhost||
      GET GOOD HTTP/1.1|Host: localhost|Transfer-Encoding:VTchunked||0||GET GOOD HTTP/1.1|Host: localhost||
      GET GOOD HTTP/1.1|Host: localhost|Content-Length: 0LFContent-Length: 40||0||GET GOOD HTTP/1.1|Host: localhost||
      GET GOOD HTTP/0.9|Host: localhost||
      GET GOOD http/1.1|Host: localhost||
      GET GOOD HTTP/1.1 TEXT|Host: localhost||
      GET GOOD HTTP/1.1\u0000|Host: localhost||
      RANDOM
      PRI * HTTP/2.0||SM||
      \u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003x
      <|*?100>
      *3|$3|GET|
      GET GOOD||
      """
          .lines()
          .toList();

  private final Random random;
  private final String secretName;

  public HostileRequests(long seed, String secretName) {
    this.random = new Random(seed);
    this.secretName = secretName;
  }

  /** The next one, a byte a character. */
  private String next() {
    var request = REQUESTS.get(random.nextInt(REQUESTS.size()));
    var path = random.nextBoolean() ? "/v1/" : "/secretsmanager/get?secretId=";
    var bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return REPEATED
        .matcher(request)
        .replaceAll(it -> Matcher.quoteReplacement(it.group(1).repeat(times(it))))
        .replace("GOOD", path + "NAME")
        .replace("NAME", secretName)
        .replace("TEXT", TEXT)
        .replace("TOKEN", TestCloud.TOKEN)
        .replace("|", "\r\n")
        .replace("LF", "\n")
        .replace("VT", "\u000b")
        .replace("RANDOM", new String(bytes, ISO_8859_1));
  }

  private int times(MatchResult repeated) {
    var number = Integer.parseInt(repeated.group(3));
    return repeated.group(2).isEmpty() ? number : random.nextInt(number);
  }

  /**
   * Sends so many, many at a time and each on a connection of its own, until the other side closes.
   *
   * @return how many responses had which status; 0 stands for a connection that does not end, and
   *     999 for what is forbidden
   */
  public Map<Integer, Integer> sendTo(int port, int count, String forbidden) {
    var statuses = new TreeMap<Integer, Integer>();
    try (var threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (int i = 0; i < count; i++) {
        var request = next();
        threads.execute(
            () -> {
              var received = answers(port, request);
              synchronized (statuses) {
                var status = received.contains(forbidden) ? "HTTP/1.1 999 " : received;
                STATUS
                    .matcher(status)
                    .results()
                    .forEach(it -> statuses.merge(Integer.valueOf(it.group(1)), 1, Integer::sum));
              }
            });
      }
    }
    return statuses;
  }

  /** What came until the agent closed or reset the connection. */
  private static String answers(int port, String request) {
    try {
      return ClientConnection.exchangeText(port, request);
    } catch (SocketTimeoutException hanging) {
      return "HTTP/1.1 000 ";
    } catch (IOException refused) {
      return "";
    }
  }
}
