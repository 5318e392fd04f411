import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The program: tries an agent and reports each case. It needs a JDK 25 and nothing else. */
final class Conformance {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final int UNREACHABLE = 3;

  private static final String HELP =
      """
      Usage: java client-tests/conformance/Conformance.java [OPTIONS]
      Try an agent, also the official one, and say where it differs from this one.
      Each case passes, differs in a way that clients can live with, or fails. The
      secrets are read, nothing is changed.
        --url=URL         The agent's (default: http://127.0.0.1:2025).
        --token-file=FILE The file with the agent's token.
        --header=NAME     The header for the token (default: X-KMS-Token).
        --secret=NAME     A secret that the agent can read; can be repeated. Values
                          are not shown.
        --json            Print a JSON object for each case.
        -h, --help        Show this help message and exit.""";

  private final Map<String, List<String>> options;
  private final Map<Judgement.Verdict, Integer> counts = new HashMap<>();

  private Conformance(Map<String, List<String>> options) {
    this.options = options;
  }

  public static void main(String[] arguments) {
    System.exit(status(arguments));
  }

  private static int status(String... arguments) {
    try {
      var options = parse(arguments);
      if (options.containsKey("help")) {
        System.out.println(HELP);
        return 0;
      }
      return new Conformance(options).run();
    } catch (IllegalArgumentException misused) {
      System.err.println(misused.getMessage() + "\n\n" + HELP);
      return MISUSED;
    } catch (IOException failed) {
      System.err.println(failed);
      return UNREACHABLE;
    }
  }

  private static Map<String, List<String>> parse(String... arguments) {
    var options = new HashMap<String, List<String>>();
    var rest = new ArrayList<>(List.of(arguments));
    while (!rest.isEmpty()) {
      var parts = rest.removeFirst().split("=", 2);
      var values = options.computeIfAbsent(nameOf(parts[0]), _ -> new ArrayList<>());
      if (parts.length > 1) {
        values.add(parts[1]);
      } else if (!parts[0].matches("--json|--help|-h")) {
        values.add(rest.isEmpty() ? "" : rest.removeFirst());
      }
    }
    return options;
  }

  private static String nameOf(String option) {
    return switch (option) {
      case "--url", "--token-file", "--header", "--secret", "--json", "--help" ->
          option.substring(2);
      case "-h" -> "help";
      default -> throw new IllegalArgumentException("Unknown option: " + option);
    };
  }

  private String value(String option, String otherwise) {
    return options.getOrDefault(option, List.of(otherwise)).getLast();
  }

  private int run() throws IOException {
    var secrets = options.getOrDefault("secret", List.of());
    if (secrets.isEmpty() || !options.containsKey("token-file")) {
      throw new IllegalArgumentException("--token-file and --secret are needed");
    }
    var url = URI.create(value("url", "http://127.0.0.1:2025"));
    if (!"http".equals(url.getScheme()) || url.getHost() == null) {
      throw new IllegalArgumentException("the URL must be http://HOST:PORT");
    }
    var token = Files.readString(Path.of(value("token-file", ""))).strip();
    var agent = new Client.Agent(url, value("header", "X-KMS-Token"), token);
    var client = new Client(agent, secrets.getFirst());
    Stream.concat(Cases.all().stream(), secrets.stream().skip(1).map(Cases::readOf))
        .forEach(it -> report(it, it.judge(client)));
    return summary();
  }

  private void report(Case tried, Judgement judgement) {
    counts.merge(judgement.verdict(), 1, Integer::sum);
    System.out.println(
        options.containsKey("json") ? json(tried, judgement) : line(tried, judgement));
  }

  private static String line(Case tried, Judgement judgement) {
    var word = judgement.verdict() == Judgement.Verdict.FAILS ? "FAILS" : lower(judgement);
    var line = "%-7s  %-34s  %s".formatted(word, tried.name(), judgement.seen());
    var passes = judgement.verdict() == Judgement.Verdict.PASSES;
    return passes ? line : line + ". " + tried.why();
  }

  private static String lower(Judgement judgement) {
    return judgement.verdict().name().toLowerCase(Locale.ROOT);
  }

  private static String json(Case tried, Judgement judgement) {
    return "{\"case\":%s,\"verdict\":\"%s\",\"seen\":%s,\"why\":%s}"
        .formatted(
            quoted(tried.name()),
            judgement.verdict(),
            quoted(judgement.seen()),
            quoted(tried.why()));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Prints the numbers of verdicts and returns the exit status. */
  private int summary() {
    int pass = counts.getOrDefault(Judgement.Verdict.PASSES, 0);
    int differ = counts.getOrDefault(Judgement.Verdict.DIFFERS, 0);
    int fail = counts.getOrDefault(Judgement.Verdict.FAILS, 0);
    if (!options.containsKey("json")) {
      System.out.printf(
          "%n%d cases: %d pass, %d differ, %d fail.%n", pass + differ + fail, pass, differ, fail);
    }
    return fail > 0 ? FAILED : 0;
  }
}
