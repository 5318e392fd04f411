import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The cases, in the order of a report. */
final class Cases {
  /**
   * Cases of one request: the name, the request (with {@link Client#fill placeholders}; GET if no
   * method is named), changes to the lines of its head, what is expected, see {@link Expectation}.
   * A line with # says why the cases below it matter.
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

  private Cases() {}

  static List<Case> all() {
    var cases = new ArrayList<Case>();
    cases.add(new Case("dialect", "Applications parse one of three formats.", Probes::dialect));
    var why = "";
    for (var line : TABLE.lines().toList()) {
      if (line.startsWith("# ")) {
        why = line.substring(2);
      } else {
        cases.add(oneRequest(line.split(" *\\| *", 4), why));
      }
    }
    cases.addAll(probes());
    return cases;
  }

  /** The read of a secret besides the first. */
  static Case readOf(String secret) {
    return new Case(
        "read of " + secret,
        "The secret is one that was named.",
        client -> judge(client.of(secret), "/v1/{name}", "", "value"));
  }

  private static Case oneRequest(String[] columns, String why) {
    return new Case(columns[0], why, client -> judge(client, columns[1], columns[2], columns[3]));
  }

  private static Judgement judge(Client client, String request, String changes, String expectation)
      throws IOException {
    var reply = client.send(client.request(request, changes));
    return Expectation.of(expectation).judge(client, reply);
  }

  private static List<Case> probes() {
    return List.of(
        new Case(
            "fifty wrong tokens",
            "Guesses do not slow other clients down.",
            Probes::fiftyWrongTokens),
        new Case("ETag", "An unchanged secret is not sent again.", Probes::entityTag),
        new Case("keep-alive", "Clients keep connections.", Probes::keepAlive),
        new Case(
            "pipelining", "Answers come in the order of requests (RFC 9112).", Probes::pipelining),
        new Case("twenty at once", "Applications read at the same time.", Probes::atOnce),
        new Case("head of 1 MiB", "No head fills the memory.", Probes::endlessHead));
  }
}
