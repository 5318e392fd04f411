package dev.kmsagent.bootstrap.command;

import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.bootstrap.conformance.ConformanceSuite;
import dev.kmsagent.bootstrap.conformance.ConformanceSuite.Result;
import dev.kmsagent.bootstrap.conformance.Judgement.Verdict;
import dev.kmsagent.config.ConfidentialText;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;

/**
 * {@code conformance}: tries an agent, whoever made it, and says where it differs from this one.
 */
record ConformanceCommand(CommandContext context) implements Command {
  private static final Option URL =
      Usage.option("url", "URL", "The agent's (default: http://127.0.0.1:2025).");
  private static final Option TOKEN_FILE =
      Usage.option("token-file", "FILE", "The file with the agent's token.");
  private static final Option HEADER =
      Usage.option("header", "NAME", "The header for the token (default: X-KMS-Token).");
  private static final Option SECRET =
      Usage.option(
          "secret",
          "NAME",
          "A secret that the agent can read; can be repeated. Values are not shown.");
  private static final Option JSON = Usage.flag("json", "Print a JSON object for each case.");

  @Override
  public Usage usage() {
    return new Usage(
        "conformance [OPTIONS]",
        "Try an agent, also the official one, and say where it differs from this one.\n"
            + "Each case passes, differs in a way that clients can live with, or fails. The secrets"
            + " are read, nothing is changed.",
        List.of(),
        List.of(URL, TOKEN_FILE, HEADER, SECRET, JSON));
  }

  @Override
  public int run(Arguments arguments) throws ParseException {
    context.disableCoreDumps();
    var url = arguments.value(URL, URI::create).orElse(URI.create("http://127.0.0.1:2025"));
    var header = arguments.value(HEADER, name -> name).orElse("X-KMS-Token");
    var file =
        arguments
            .value(TOKEN_FILE, Path::of)
            .orElseThrow(() -> new ParseException("Missing option: --token-file"));
    var secrets = arguments.values(SECRET, name -> name);
    if (secrets.isEmpty()) {
      throw new ParseException("Missing option: --secret");
    }
    try {
      return run(suite(url, header, file), secrets, arguments.has(JSON));
    } catch (IOException failed) {
      context.err().println(IoMessages.of(failed));
      return ExitStatus.UNREACHABLE;
    }
  }

  private static ConformanceSuite suite(URI url, String header, Path file)
      throws IOException, ParseException {
    try {
      var token = Files.readString(file).strip();
      return new ConformanceSuite(url, header, new ConfidentialText(token));
    } catch (IllegalArgumentException wrong) {
      throw new ParseException("Invalid option: " + wrong.getMessage());
    }
  }

  private int run(ConformanceSuite suite, List<String> secrets, boolean isJson) throws IOException {
    var verdicts = new ArrayList<Verdict>();
    suite.run(
        secrets,
        result -> {
          verdicts.add(result.judgement().verdict());
          context.out().println(isJson ? json(result) : line(result));
        });
    if (!isJson) {
      context.out().println();
      context.out().println(summary(verdicts));
    }
    return verdicts.contains(Verdict.FAILS) ? ExitStatus.FAILED : ExitStatus.DONE;
  }

  private static String line(Result result) {
    var judgement = result.judgement();
    var line =
        "%-7s  %-34s  %s".formatted(word(judgement.verdict()), result.name(), judgement.seen());
    return judgement.verdict() == Verdict.PASSES ? line : line + ". " + result.why();
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case PASSES -> "passes";
      case DIFFERS -> "differs";
      case FAILS -> "FAILS";
    };
  }

  private static String json(Result result) {
    var line =
        Json.object(
            json -> {
              json.name("case").value(result.name());
              json.name("verdict").value(result.judgement().verdict().name());
              json.name("seen").value(result.judgement().seen());
              json.name("why").value(result.why());
            });
    return new String(line, StandardCharsets.UTF_8);
  }

  private static String summary(List<Verdict> verdicts) {
    return "%d cases: %d pass, %d differ, %d fail."
        .formatted(
            verdicts.size(),
            count(verdicts, Verdict.PASSES),
            count(verdicts, Verdict.DIFFERS),
            count(verdicts, Verdict.FAILS));
  }

  private static long count(List<Verdict> verdicts, Verdict verdict) {
    return verdicts.stream().filter(it -> it == verdict).count();
  }
}
