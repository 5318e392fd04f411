import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Tries the cases with one secret of an agent, and reports each. */
final class Cases {
  private static final String PASSES = "passes";
  private static final String DIFFERS = "differs";
  private static final String FAILS = "FAILS";

  /** A shorter value may be in an error by chance. */
  private static final int TELLING = 4;

  /**
   * Cases of one request: the name, the request (with placeholders, see {@link #fill}; GET if no
   * method is named), changes to the lines of its head, what is expected, see {@link #judge}. A
   * line with # says why the cases below it matter.
   */
  private static final String TABLE =
      """
      # Applications and Vault clients read so, and libraries encode a name in different ways.
      read by query | {read} | | value
      read by path | /v1/{plain} | | value
      read by path, encoded | /v1/{name} | | value
      read by query, each letter encoded | /secretsmanager/get?secretId={octets} | | value
      read by query, slashes as they are | /secretsmanager/get?secretId={slashes} | | value
      # Applications tell what is absent from an outage by 404.
      unknown secret | /secretsmanager/get?secretId=conformance-none | | 404 or refused
      unknown version | {read}&versionId=conformance-none | | 404 or refused
      unknown path | /conformance | | 404 or refused
      # Probes have no token.
      ping without a token | /ping | -{header} | 200
      # A version can be named by its stage or its id.
      current stage | {read}&versionStage={stage} | | value
      version id | {read}&versionId={version} | | value or refused
      # Applications read so after a failed login.
      refreshNow=true | {read}&refreshNow=true | | value
      refreshNow=false | {read}&refreshNow=false | | value
      # Only who can read the token file gets secrets.
      no token | {read} | -{header} | 403 or refused
      wrong token | {read} | -{header}; {header}: conformance | 403 or refused
      empty token | {read} | -{header}; {header}: | 403 or refused
      start of the token | {read} | -{header}; {header}: {start} | 403 or refused
      token and more | {read} | -{header}; {header}: {token}x | 403 or refused
      # A header that no browser sends protects from forged requests.
      token in another header | {read} | -{header}; Cookie: {token} | 403 or refused
      # Vault clients send it so.
      token in X-Vault-Token | {read} | -{header}; X-Vault-Token: {token} | value or refused
      # A forwarded request (SSRF) comes from no local application.
      X-Forwarded-For | {read} | X-Forwarded-For: 192.0.2.1 | 400 or any
      Forwarded | {read} | Forwarded: for=192.0.2.1 | 400 or any
      Via | {read} | Via: 1.1 proxy | 400 or any
      # A web page whose name leads to loopback (DNS rebinding) sends its own name.
      foreign Host | {read} | -Host; Host: conformance.example | 403 or any
      # HTTP/1.1 requires it (RFC 9112).
      no Host | {read} | -Host | 400 or refused
      # Secrets are only read.
      POST | POST {read} | | 405 or refused
      PUT | PUT {read} | | 405 or refused
      DELETE | DELETE {read} | | 405 or refused
      HEAD | HEAD {read} | | 405 or refused
      # A mistyped parameter would return another version than was meant.
      unknown parameter | {read}&versionstage=x | | 400 or any
      repeated secretId | {read}&secretId=other | | 400 or any
      refreshNow=maybe | {read}&refreshNow=maybe | | 400 or any
      # What is no name is not sent to KMS.
      no secretId | /secretsmanager/get | | 400 or refused
      empty secretId | /secretsmanager/get?secretId= | | 400 or refused
      control character | /secretsmanager/get?secretId=a%00b | | 400 or refused
      not UTF-8 | /secretsmanager/get?secretId=%ff | | 400 or refused
      broken encoding | /secretsmanager/get?secretId=%zz | | 400 or refused
      513 characters | /secretsmanager/get?secretId={513} | | 400 or refused
      # Shells get the value without a JSON parser.
      field=. | {read}&field=. | | Content-Type: text/plain.*|application/octet-stream
      # A request can bound how stale its value is.
      maxStale=60 | {read}&maxStale=60 | | value or any
      # It tells a hit from a call to KMS (RFC 9211).
      Cache-Status | {read} | | Cache-Status: .*; hit.*
      # No other cache keeps a secret.
      Cache-Control | {read} | | Cache-Control: .*no-store.*
      # Some clients send large heads.
      head of 6 KiB | {read} | X-Conformance: {6144} | value or any
      """;

  private final Agent agent;
  private final String name;
  private final Report report;
  private final Reply first;

  /** What is tried. */
  record Agent(URI url, String header, String token) {}

  /** Learns what a case found: its name, its verdict, what was seen, and why it matters. */
  interface Report {
    void add(String name, String verdict, String seen, String why);
  }

  /** A case of several requests, which gives nothing if it passes, else what was seen. */
  private interface Probe {
    String problem() throws IOException;
  }

  /** Reads the secret once, to compare with what is read later. */
  Cases(Agent agent, String name, Report report) throws IOException {
    this.agent = agent;
    this.name = name;
    this.report = report;
    this.first =
        Reply.of(agent.url(), request("/secretsmanager/get?secretId=" + encoded(), List.of()));
  }

  private String encoded() {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The secret is one that was named. */
  void read() {
    tryRequest("read of " + name, "The secret is one that was named.", "/v1/{name}", "", "value");
  }

  void tryAll() {
    var dialect = first.dialect();
    var known = dialect.isEmpty() ? FAILS : PASSES;
    report.add("dialect", known, dialect, "Applications parse one of three formats.");
    var why = "";
    for (var line : TABLE.lines().toList()) {
      if (line.startsWith("# ")) {
        why = line.substring(2);
      } else {
        var columns = line.split(" *\\| *", 4);
        tryRequest(columns[0], why, columns[1], columns[2], columns[3]);
      }
    }
    probe("fifty wrong tokens", "Guesses do not slow other clients down.", this::wrongTokens);
    probe("keep-alive", "Clients keep connections.", () -> threeReads(false));
    probe("pipelining", "Answers come in order (RFC 9112).", () -> threeReads(true));
    probe("head of 1 MiB", "No head fills the memory.", this::endlessHead);
  }

  private void tryRequest(
      String title, String why, String target, String changes, String expected) {
    try {
      judge(title, why, send(target, changes), expected);
    } catch (IOException broken) {
      report.add(title, FAILS, "no answer, or the connection ended before it", why);
    }
  }

  /**
   * Compares with {@code BEST} or {@code BEST or OTHERWISE}. The best is {@code value} (the secret
   * that was read first), a status, or {@code Header: PATTERN}, which may always differ. What else
   * clients can live with is {@code refused} (any 4xx) or {@code any}.
   */
  private void judge(String title, String why, Reply reply, String expected) {
    var parts = expected.split(" or ", 2);
    var best = parts[0];
    int colon = best.indexOf(": ");
    var status = Integer.toString(reply.status());
    if (reply.status() != 200 && isSecretIn(reply)) {
      report.add(title, FAILS, status + ", and the error holds the secret", why);
    } else if (colon > 0) {
      var isSo = reply.header(best.substring(0, colon)).matches(best.substring(colon + 2));
      report.add(title, isSo && reply.status() == 200 ? PASSES : DIFFERS, status, why);
    } else if (best.equals("value") && reply.status() == 200) {
      var seen = isSame(reply) ? "200, the same value" : "200, another value or none";
      report.add(title, isSame(reply) ? PASSES : FAILS, seen, why);
    } else if (best.equals(status)) {
      report.add(title, PASSES, status, why);
    } else {
      var isFine = expected.endsWith(" or any") || parts.length > 1 && reply.isRefusal();
      report.add(title, isFine ? DIFFERS : FAILS, status, why);
    }
  }

  private boolean isSame(Reply reply) {
    return reply.status() == 200 && !first.value().isEmpty() && reply.value().equals(first.value());
  }

  /** Whether the value is in {@code reply}, as it was written or without escapes. */
  private boolean isSecretIn(Reply reply) {
    var written = first.value().replaceAll("^\"|\"$", "");
    var plain = written.replace("\\\"", "\"");
    return written.length() >= TELLING
        && (reply.body().contains(written) || reply.body().contains(plain));
  }

  /**
   * Fills in: {@code {read}}, a read by query; the name of the secret {@code {plain}}, {@code
   * {name}} (encoded), {@code {slashes}} (encoded but the slashes), {@code {octets}} (each byte
   * encoded); {@code {stage}} and {@code {version}} of the first answer; {@code {header}}, {@code
   * {token}} and its {@code {start}}; {@code {513}} and {@code {6144}} letters.
   */
  private String fill(String template) {
    var token = agent.token();
    var octets = HexFormat.ofDelimiter("%").formatHex(name.getBytes(StandardCharsets.UTF_8));
    return template
        .replace("{read}", "/secretsmanager/get?secretId={name}")
        .replace("{plain}", name.replace("%", "%25").replace(" ", "%20"))
        .replace("{name}", encoded())
        .replace("{slashes}", encoded().replace("%2F", "/"))
        .replace("{octets}", '%' + octets)
        .replace("{stage}", first.stage())
        .replace("{version}", first.version())
        .replace("{header}", agent.header())
        .replace("{token}", token)
        .replace("{start}", token.substring(0, Math.max(0, token.length() - 1)))
        .replace("{513}", "x".repeat(513))
        .replace("{6144}", "x".repeat(6144));
  }

  /**
   * @param changes lines of the head, separated by semicolons; {@code -NAME} leaves one out
   */
  private String request(String target, String changes) {
    return request(fill(target), List.of(fill(changes).split("; ", -1)));
  }

  private String request(String line, List<String> changes) {
    var fields = new ArrayList<String>();
    fields.add("Host: " + agent.url().getRawAuthority());
    fields.add(agent.header() + ": " + agent.token());
    for (var change : changes) {
      if (change.startsWith("-")) {
        fields.removeIf(field -> field.startsWith(change.substring(1) + ':'));
      } else if (!change.isEmpty()) {
        fields.add(change);
      }
    }
    var start = line.indexOf(' ') < 0 ? "GET " + line : line;
    return start + " HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
  }

  private Reply send(String target, String changes) throws IOException {
    return Reply.of(agent.url(), request(target, changes));
  }

  private void probe(String title, String why, Probe probe) {
    String problem;
    try {
      problem = probe.problem();
    } catch (IOException broken) {
      problem = "no answer, or the connection ended before it";
    }
    report.add(title, problem.isEmpty() ? PASSES : FAILS, problem, why);
  }

  private String allSame(List<Reply> replies) {
    return replies.stream().allMatch(this::isSame) ? "" : "an answer without the secret";
  }

  private String wrongTokens() throws IOException {
    for (int i = 0; i < 50; i++) {
      var reply = send("{read}", "-{header}; {header}: wrong-" + i);
      if (!reply.isRefusal()) {
        return Integer.toString(reply.status());
      }
    }
    return allSame(List.of(send("{read}", "")));
  }

  private String threeReads(boolean pipelined) throws IOException {
    return allSame(Reply.ofAll(agent.url(), request("{read}", ""), 3, pipelined));
  }

  /** The agent may answer, or close the connection while the head is being sent. */
  private String endlessHead() throws IOException {
    try {
      var reply = send("{read}", "X-Conformance: " + "x".repeat(1 << 20));
      if (!reply.isRefusal()) {
        return Integer.toString(reply.status());
      }
    } catch (IOException closed) {
      // As good as a refusal.
    }
    return allSame(List.of(send("{read}", "")));
  }
}
