package dev.kmsagent.bootstrap.e2e;

import static dev.kmsagent.bootstrap.e2e.Workload.Localhost.CERTIFICATES;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.MeasuredPage;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What a start and a cached read cost, in figures that do not depend on the machine, as {@code
 * docs/internals/price-list.md} lists them. The agent starts as in a pod, with the configuration
 * that ships: it has a role by RRSA, and reaches STS and KMS over TLS.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PriceListIT {
  private static final MeasuredPage PAGE =
      new MeasuredPage(
          Path.of("..", "docs", "internals", "price-list.md"),
          "prices.write",
          "If it has to be so, say why in the commit: ./mvnw verify -pl end-to-end -am -Dtest=NONE"
              + " -Dit.test=PriceListIT -Dsurefire.failIfNoSpecifiedTests=false"
              + " -Dfailsafe.failIfNoSpecifiedTests=false");

  private static final String JAVA = "Java";
  private static final String CLASSES = "Classes of the jar that a start loads";
  private static final String OURS = "Classes of the agent and its libraries outside the cache";
  private static final String OF_JDK = "Classes of the JDK outside the cache";
  private static final String ALLOCATED = "Bytes allocated by a cached read";
  private static final String CALLS = "System calls of a cached read";
  private static final String ANSWER = "Bytes of the answer to a cached read";
  private static final String JAR = "Size of the jar";
  private static final String CACHE = "Size of the cache of classes";

  /** A test of the module {@code deploy} measures the size of the image, which is there, too. */
  static final List<String> PRICES =
      List.of(JAVA, CLASSES, OURS, OF_JDK, ALLOCATED, CALLS, ANSWER, JAR, CACHE);

  /** What another Java changes, too. */
  private static final Set<String> OF_JAVA = Set.of(JAVA, OF_JDK, ALLOCATED, CACHE);

  /** Two cores, whatever the machine has: pools are sized by that. */
  private static final List<String> OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=2");

  private static final String LOG = "-Xlog:class+load:file=";

  private static final int MOST_STARTS = 10;

  private static final double STEP = 0.1;

  private final Map<String, List<String>> prices = new HashMap<>();

  @ParameterizedTest
  @FieldSource("PRICES")
  void a_price_is_as_it_is_listed(String name) {
    assumeTrue(
        !OF_JAVA.contains(name)
            || System.getProperty(PAGE.property()) != null
            || PAGE.part(JAVA).equals(listed(JAVA)),
        () -> "the price list is for another Java than " + prices.get(JAVA));
    PAGE.verify(name, listed(name));
  }

  private String listed(String name) {
    var lines = Objects.requireNonNull(prices.get(name), name);
    return "```text\n" + String.join("\n", lines) + "\n```\n";
  }

  @BeforeAll
  void measure(@TempDir Path folder) throws Exception {
    prices.put(JAVA, List.of(System.getProperty("java.runtime.version")));
    prices.put(JAR, mebibytes(JAR, Files.size(Distribution.jar())));
    prices.put(CACHE, mebibytes(CACHE, Files.size(Distribution.cache())));
    try (var workload =
        Workload.start(CERTIFICATES, folder, it -> it.tls(Workload.tls(CERTIFICATES)))) {
      var name = workload.cloud().newSecret("value");
      try (var uncached =
              reading(workload, name, "-XX:AOTMode=off " + LOG + folder.resolve("all"));
          var agent = reading(workload, name, LOG + folder.resolve("cached"))) {
        prices.put(ANSWER, List.of(Long.toString(bytesOfAnswer(agent, name).orElseThrow())));
        measureClasses(Loaded.in(folder.resolve("cached")));
        measureWork(workload, folder);
        // What a start does beside a read is long over.
        assertThat(uncached.isAlive()).isTrue();
        // Those of the JDK depend on which thread is first.
        var loaded = Loaded.in(folder.resolve("all")).stream();
        var ofTheJar = loaded.filter(it -> !it.made() && !it.isOfTheJdk()).count();
        prices.put(CLASSES, List.of(Long.toString(ofTheJar)));
      }
    }
  }

  /** What is less than a step away from the listed size is that: builds differ a little. */
  private List<String> mebibytes(String name, long bytes) {
    var size = bytes / 1048576.0;
    var listed = PAGE.part(name).replaceAll("[^\\d.]", "");
    var isSame = Math.abs(Double.parseDouble(listed) - size) < STEP;
    return List.of(isSame ? listed : String.format(Locale.ROOT, "%.1f", size));
  }

  /**
   * An agent that has answered three reads without a warning: on a busy machine its first call may
   * meet a timeout, and it loads classes to tell of that.
   */
  private static AgentProcess reading(Workload workload, String secretName, String more)
      throws IOException {
    for (int i = 0; i < MOST_STARTS; i++) {
      var agent = start(workload, more);
      if (bytesOfAnswer(agent, secretName).isPresent()
          && agent.stderr().stream().noneMatch(line -> line.contains("\"WARN\""))) {
        return agent;
      }
      agent.close();
    }
    throw new AssertionError("Each of " + MOST_STARTS + " agents met a failure.");
  }

  private static AgentProcess start(Workload workload, String more) throws IOException {
    var setup = setup(workload);
    var variables = new HashMap<>(setup.environment());
    setup.keys().forEach((key, value) -> variables.put(variable(key), value.replace("\"", "")));
    variables.put("KMS_AGENT_JAVA_OPTS", String.join(" ", OPTIONS) + " " + more);
    var config = Distribution.folder().resolve("config.toml").toString();
    return AgentProcess.begin(
            new AgentSetup(Map.of(), variables),
            Files.createTempDirectory("kms-agent-e2e-"),
            List.of(Distribution.launcher().toString(), "agent", config))
        .listening();
  }

  /** A call may last half as long as a request, so that it has a deadline of its own, as usual. */
  private static AgentSetup setup(Workload workload) {
    return workload.rrsa().with("KMS.Protocol = \"https\"\nKMS.ReadTimeoutMillis = 30000");
  }

  private static String variable(String key) {
    return "KMS_AGENT_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /**
   * Without the digits of its age. Of three reads on one connection, since the agent still has work
   * with an answer when the client has it, and loads classes for that. Empty if one fails.
   */
  private static Optional<Long> bytesOfAnswer(AgentProcess agent, String secretName)
      throws IOException {
    var request = ClientConnection.secretRequest(secretName, TestCloud.TOKEN);
    try (var connection = new ClientConnection(agent.port())) {
      for (int i = 0; i < 2; i++) {
        if (connection.exchange(request).orElseThrow().status() != 200) {
          return Optional.empty();
        }
      }
      var before = connection.received();
      var age = connection.exchange(request).orElseThrow().header("Age");
      return Optional.of(connection.received() - before - age.length());
    }
  }

  /**
   * A class that a JVM has loaded, as {@code -Xlog:class+load} lists it.
   *
   * @param made by the JVM at run time, as for a lambda or a switch over types
   */
  private record Loaded(String name, boolean made, boolean fromCache) {
    private static final Pattern LINE = Pattern.compile("\\S*\\[class,load *] (\\S+) source: (.+)");
    private static final Pattern OF_THE_JDK = Pattern.compile("(javax?|jdk|sun|com\\.sun)\\..+");

    /** Threads that need the same one at once make one each, so that their number varies. */
    private static final String FORM = "java.lang.invoke.LambdaForm$";

    static List<Loaded> in(Path log) throws IOException {
      return Files.readAllLines(log).stream()
          .map(LINE::matcher)
          .filter(Matcher::matches)
          .map(Loaded::of)
          .filter(it -> !(it.made() && it.name().startsWith(FORM)))
          .toList();
    }

    /** The name of a class that is made ends with an address, that of a proxy with a number. */
    private static Loaded of(Matcher line) {
      var parts = line.group(1).split("/0x", 2);
      var name = parts[0].replaceAll("(\\$Proxy)\\d+", "$1");
      return new Loaded(name, parts.length > 1, line.group(2).startsWith("shared objects file"));
    }

    boolean isOfTheJdk() {
      return OF_THE_JDK.matcher(name).matches();
    }
  }

  private void measureClasses(List<Loaded> loaded) {
    var outside = loaded.stream().filter(it -> !it.fromCache()).toList();
    prices.put(OURS, names(outside.stream().filter(it -> !it.isOfTheJdk())));
    prices.put(OF_JDK, names(outside.stream().filter(Loaded::isOfTheJdk)));
  }

  private static List<String> names(Stream<Loaded> loaded) {
    return loaded.collect(groupingBy(Loaded::name, TreeMap::new, counting())).entrySet().stream()
        .map(name -> name.getKey() + (name.getValue() > 1 ? " x " + name.getValue() : ""))
        .toList();
  }

  private void measureWork(Workload workload, Path folder) throws Exception {
    var name = workload.cloud().newSecret("value");
    var port = FreePort.next();
    var setup = setup(workload).with("Server.HttpPort = " + port);
    var home = Files.createDirectory(folder.resolve("metered"));
    Files.writeString(home.resolve("config.toml"), setup.toml());
    try (var agent = AgentProcess.begin(setup, home, metered(port, name))) {
      var exit = agent.exit();
      assertThat(exit.stdout()).as(exit.stderr()).contains(MeteredAgent.PREFIX);
      var work =
          exit.stdout().replaceFirst("(?s).*" + MeteredAgent.PREFIX, "").strip().split(" ", -1);
      prices.put(ALLOCATED, List.of(work[0]));
      prices.put(CALLS, List.of(work[1] + " to read", work[2] + " to write"));
    }
  }

  private static List<String> metered(int port, String secretName) throws URISyntaxException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-Xmx176m"));
    command.addAll(OPTIONS);
    var tests = location(MeteredAgent.class) + ":" + location(Patience.class);
    command.addAll(List.of("-cp", Distribution.jar() + ":" + tests));
    command.addAll(List.of(MeteredAgent.class.getName(), Integer.toString(port), secretName));
    return command;
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
