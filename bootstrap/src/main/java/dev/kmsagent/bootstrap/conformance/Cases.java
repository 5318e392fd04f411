package dev.kmsagent.bootstrap.conformance;

import static dev.kmsagent.bootstrap.conformance.Case.ANY;
import static dev.kmsagent.bootstrap.conformance.Case.REFUSED;
import static dev.kmsagent.bootstrap.conformance.Case.reads;
import static dev.kmsagent.bootstrap.conformance.Case.status;

import java.util.List;
import java.util.stream.Stream;

/** The cases, in the order of a report. */
final class Cases {
  /** No agent has a secret of this name. */
  private static final String MISSING = "conformance-of-an-agent-no-such-secret";

  private Cases() {}

  static List<Case> all() {
    return Stream.of(
            routes(), versions(), tokens(), origins(), methods(), parameters(), caching(), wires())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Case> routes() {
    return List.of(
        reads("read by query", "Applications read so.", Client::read),
        reads(
            "read by path",
            "Applications and Vault clients read so.",
            client -> client.get("/v1/" + client.secret().replace("%", "%25").replace(" ", "%20"))),
        reads(
            "read by path, encoded",
            "Libraries encode the slashes of a name.",
            client -> client.get("/v1/" + client.encodedSecret())),
        reads(
            "read by query, each letter encoded",
            "An encoded letter is the letter (RFC 3986).",
            client -> client.get("/secretsmanager/get?secretId=" + Probes.octets(client.secret()))),
        reads(
            "read by query, slashes as they are",
            "A query may hold slashes, as the guide's examples do.",
            client ->
                client.get(
                    "/secretsmanager/get?secretId=" + client.encodedSecret().replace("%2F", "/"))),
        new Case("dialect", "Applications parse one of three formats.", Probes::dialect),
        status(
            "unknown secret",
            "Applications tell an absent secret from an outage by 404.",
            client -> client.get("/secretsmanager/get?secretId=" + MISSING),
            404,
            REFUSED),
        status(
            "unknown path", "A wrong URL gets an error.", c -> c.get("/conformance"), 404, REFUSED),
        status(
            "ping without a token",
            "Probes have no token.",
            client -> client.get("/ping").without(client.tokenHeader()),
            200,
            status -> false));
  }

  private static List<Case> versions() {
    return List.of(
        new Case("current stage", "A stage can be named.", Probes::currentStage),
        new Case("version id", "A version can be named.", Probes::versionId),
        status(
            "unknown version",
            "A version that is gone is no other version.",
            client -> client.read().and("versionId=conformance-no-such-version"),
            404,
            REFUSED),
        reads(
            "refreshNow=true",
            "Applications read so after a failed login.",
            client -> client.read().and("refreshNow=true")),
        reads(
            "refreshNow=false",
            "The default can be named.",
            client -> client.read().and("refreshNow=false")));
  }

  private static List<Case> tokens() {
    var why = "Only who can read the token file gets secrets.";
    return List.of(
        status(
            "no token", why, client -> client.read().without(client.tokenHeader()), 403, REFUSED),
        status("wrong token", why, client -> client.readWith("conformance"), 403, REFUSED),
        status("empty token", why, client -> client.readWith(""), 403, REFUSED),
        status(
            "start of the token",
            why,
            client -> client.readWith(client.token().substring(0, client.token().length() - 1)),
            403,
            REFUSED),
        status(
            "token and more", why, client -> client.readWith(client.token() + "x"), 403, REFUSED),
        status(
            "token in another header",
            "A header that no browser sends protects from forged requests.",
            client -> client.read().without(client.tokenHeader()).with(client.tokenIn("Cookie")),
            403,
            REFUSED),
        status(
            "token in X-Vault-Token",
            "Vault clients send it so.",
            client ->
                client.read().without(client.tokenHeader()).with(client.tokenIn("X-Vault-Token")),
            200,
            REFUSED),
        new Case(
            "fifty wrong tokens",
            "Whoever guesses slows nobody else down.",
            Probes::fiftyWrongTokens));
  }

  private static List<Case> origins() {
    var forwarded = "A forwarded request (SSRF) comes from no local application.";
    return List.of(
        status(
            "X-Forwarded-For",
            forwarded,
            client -> client.read().with("X-Forwarded-For: 192.0.2.1"),
            400,
            ANY),
        status(
            "Forwarded",
            forwarded,
            client -> client.read().with("Forwarded: for=192.0.2.1"),
            400,
            ANY),
        status("Via", forwarded, client -> client.read().with("Via: 1.1 proxy"), 400, ANY),
        status(
            "foreign Host",
            "A web page whose name leads to loopback (DNS rebinding) sends its own name.",
            client -> client.read().without("Host").with("Host: conformance.example"),
            403,
            ANY),
        status(
            "no Host",
            "HTTP/1.1 requires it (RFC 9112).",
            client -> client.read().without("Host"),
            400,
            REFUSED));
  }

  private static List<Case> methods() {
    return Stream.of("POST", "PUT", "DELETE", "HEAD")
        .map(
            method ->
                status(
                    method,
                    "Secrets are only read.",
                    client -> client.read().method(method),
                    405,
                    REFUSED))
        .toList();
  }

  private static List<Case> parameters() {
    var strict = "A mistyped parameter would return another version than was meant.";
    var safe = "What is no name is not sent to KMS.";
    return List.of(
        status("unknown parameter", strict, c -> c.read().and("versionstage=x"), 400, ANY),
        status("repeated secretId", strict, c -> c.read().and("secretId=other"), 400, ANY),
        status("refreshNow=maybe", strict, c -> c.read().and("refreshNow=maybe"), 400, ANY),
        status("no secretId", safe, c -> c.get("/secretsmanager/get"), 400, REFUSED),
        status("empty secretId", safe, c -> c.get("/secretsmanager/get?secretId="), 400, REFUSED),
        status(
            "control character",
            safe,
            client -> client.get("/secretsmanager/get?secretId=a%00b"),
            400,
            REFUSED),
        status("not UTF-8", safe, c -> c.get("/secretsmanager/get?secretId=%ff"), 400, REFUSED),
        status(
            "broken encoding", safe, c -> c.get("/secretsmanager/get?secretId=%zz"), 400, REFUSED),
        status(
            "513 characters",
            safe,
            client -> client.get("/secretsmanager/get?secretId=" + "x".repeat(513)),
            400,
            REFUSED),
        new Case("field=.", "Shells get the value without a JSON parser.", Probes::exactValue),
        status(
            "maxStale=60",
            "A request can bound how stale its value is.",
            client -> client.read().and("maxStale=60"),
            200,
            ANY));
  }

  private static List<Case> caching() {
    return List.of(
        new Case(
            "Cache-Status", "It tells a hit from a call to KMS (RFC 9211).", Probes::cacheStatus),
        new Case("Cache-Control", "No other cache keeps a secret.", Probes::noStore),
        new Case("ETag", "An unchanged secret is not sent again.", Probes::entityTag));
  }

  private static List<Case> wires() {
    return List.of(
        new Case("keep-alive", "Clients keep connections.", Probes::keepAlive),
        new Case(
            "pipelining", "Answers come in the order of requests (RFC 9112).", Probes::pipelining),
        new Case("twenty at once", "Applications read at the same time.", Probes::atOnce),
        new Case("head of 6 KiB", "Some clients send large heads.", Probes::largeHead),
        new Case("head of 1 MiB", "No head fills the memory.", Probes::endlessHead));
  }
}
