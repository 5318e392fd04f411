import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
                          are not shown.""";

  private static final List<String> OPTIONS =
      List.of("--url", "--token-file", "--header", "--secret");

  private final Map<String, Integer> counts = new HashMap<>();

  private Conformance() {}

  public static void main(String[] arguments) {
    System.exit(status(arguments));
  }

  private static int status(String... arguments) {
    try {
      return new Conformance().run(parse(arguments));
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
      if (!OPTIONS.contains(parts[0])) {
        throw new IllegalArgumentException("Unknown option: " + parts[0]);
      }
      var value = parts.length > 1 ? parts[1] : rest.isEmpty() ? "" : rest.removeFirst();
      options.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(value);
    }
    return options;
  }

  private int run(Map<String, List<String>> options) throws IOException {
    var secrets = options.getOrDefault("--secret", List.of());
    if (secrets.isEmpty() || !options.containsKey("--token-file")) {
      throw new IllegalArgumentException("--token-file and --secret are needed");
    }
    var url = URI.create(options.getOrDefault("--url", List.of("http://127.0.0.1:2025")).getLast());
    if (!"http".equals(url.getScheme()) || url.getHost() == null) {
      throw new IllegalArgumentException("the URL must be http://HOST:PORT");
    }
    var header = options.getOrDefault("--header", List.of("X-KMS-Token")).getLast();
    var token = Files.readString(Path.of(options.get("--token-file").getLast())).strip();
    var agent = new Cases.Agent(url, header, token);
    new Cases(agent, secrets.getFirst(), this::report).tryAll();
    for (var other : secrets.subList(1, secrets.size())) {
      new Cases(agent, other, this::report).read();
    }
    int pass = counts.getOrDefault("passes", 0);
    int differ = counts.getOrDefault("differs", 0);
    int fail = counts.getOrDefault("FAILS", 0);
    System.out.printf(
        "%n%d cases: %d pass, %d differ, %d fail.%n", pass + differ + fail, pass, differ, fail);
    return fail > 0 ? FAILED : 0;
  }

  private void report(String name, String verdict, String seen, String why) {
    counts.merge(verdict, 1, Integer::sum);
    var line = "%-7s  %-34s  %s".formatted(verdict, name, seen).stripTrailing();
    System.out.println(verdict.equals("passes") ? line : line + ". " + why);
  }
}
