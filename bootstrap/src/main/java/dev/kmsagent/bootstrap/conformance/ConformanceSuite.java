package dev.kmsagent.bootstrap.conformance;

import dev.kmsagent.config.ConfidentialText;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Tries an agent, whoever made it, and judges each behaviour. */
public final class ConformanceSuite {
  private final Client.Target target;

  /**
   * @param url the agent's, {@code http://HOST:PORT}
   * @param tokenHeader the header that the agent expects the token in
   */
  public ConformanceSuite(URI url, String tokenHeader, ConfidentialText token) {
    if (!"http".equals(url.getScheme()) || url.getHost() == null) {
      throw new IllegalArgumentException("the URL must be http://HOST:PORT");
    }
    this.target = new Client.Target(url, tokenHeader, token);
  }

  /** A case with what was found. */
  public record Result(String name, String why, Judgement judgement) {}

  /**
   * Runs every case with the first secret, and reads the others, which must exist.
   *
   * @param results receives each result at once
   * @throws IOException if the agent cannot be reached at all
   */
  public void run(List<String> secrets, Consumer<Result> results) throws IOException {
    var client = new Client(target, secrets.getFirst());
    var others = secrets.stream().skip(1).map(this::readOfAnother);
    Stream.concat(Cases.all().stream(), others)
        .map(it -> new Result(it.name(), it.why(), it.judge(client)))
        .forEach(results);
  }

  private Case readOfAnother(String secret) {
    return new Case(
        "read of " + secret,
        "The secret is one that was named.",
        _ -> {
          var client = new Client(target, secret);
          return Expectation.of("value")
              .judge(client, client.send(client.request("/v1/{name}", "")));
        });
  }
}
