package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.kmsagent.testkit.LoopbackHttpServer;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.SystemCommand.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The snippets of the page run as they stand there. One after the other: Go compiles its libraries
 * once.
 */
@Tag("thorough")
@Execution(ExecutionMode.SAME_THREAD)
final class SnippetsIT {
  @TempDir private Path folder;

  /** A heading of the page or a file, the language, the dialect, arguments, and what it prints. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Java with vault-java-driver | java   | vault |                      | second
          Python with hvac            | python | vault |                      | second
          Node with node-vault        | js     | vault |                      | second
          Address and token           | sh     | vault | printenv VAULT_TOKEN | TOKEN
          In a container              | sh     | kms   | printenv DB_PASSWORD | second
          Clients of AWS's agent      | sh     | aws   |                      | \\{.*second.*AWSCURRENT.*}
          aws_client.py               | python | aws   |                      | \\{.*first.*AWSPREVIOUS.*}
          guide.go                    | go     | kms   |                      | status code 200 - \\{.*"SecretData":"the guide's secret".*}
          """)
  void a_snippet_gets_the_value(
      String source, String language, String dialect, @Nullable String arguments, String printed)
      throws IOException {
    var snippet = source.contains(".") ? Snippet.ofFile(source) : Snippet.ofPage(source, language);
    var port = StartedAgent.shared(dialect).port();
    var file = snippet.writeTo(folder, "snippet." + language, port);
    var words = Optional.ofNullable(arguments).map(it -> it.split(" ", -1)).orElse(new String[0]);
    if (source.contains("node-vault")) {
      var _ = Program.nodeWithVault();
    }
    var run = Program.of(file, 25).and((Object[]) words).run();

    assertThat(run.outputOfSuccess().strip()).matches(printed.replace("TOKEN", StartedAgent.TOKEN));
  }

  /** A program without a library; {@code read} is how it reads, and {@code anew} how at once. */
  enum Language {
    CURL("curl", "sh", "field=password", "field=password&refreshNow=true"),
    JAVA("Java 8 and later", "java", "\"password\", false)", "\"password\", true)"),
    PYTHON("Python", "python", "read(\"app\", \"password\")", "read(\"app\", \"password\", True)"),
    NODE("Node", "js", "read('app', 'password')", "read('app', 'password', true)"),
    GO("Go", "go", "\"password\", false)", "\"password\", true)");

    private final String heading;
    private final String block;
    private final String read;
    private final String anew;

    Language(String heading, String block, String read, String anew) {
      this.heading = heading;
      this.block = block;
      this.read = read;
      this.anew = anew;
    }

    private Snippet reading() {
      return Snippet.ofPage(heading, block);
    }

    private Snippet readingAnew() {
      return reading().with(read, anew);
    }
  }

  private SystemCommand command(Language language, Snippet program, int port) throws IOException {
    return Program.of(program.writeTo(folder, "KmsAgent." + language.block, port), 8);
  }

  private Outcome run(Language language, Snippet program, int port) throws IOException {
    return command(language, program, port).run();
  }

  @ParameterizedTest
  @EnumSource
  void a_program_gets_the_password(Language language) throws IOException {
    var port = StartedAgent.shared("kms").port();

    assertThat(run(language, language.reading(), port).outputOfSuccess().strip())
        .isEqualTo("second");
    assertThat(run(language, language.readingAnew(), port).outputOfSuccess().strip())
        .isEqualTo("second");
  }

  @ParameterizedTest
  @EnumSource
  void a_program_takes_the_token_from_the_file_that_the_variable_names(Language language)
      throws IOException {
    var elsewhere = language.reading().with("/var/run/kmstoken/token", "/nowhere/token");
    var run =
        command(language, elsewhere, StartedAgent.shared("kms").port())
            .with("KMS_TOKEN", "file://" + folder.resolve("kmstoken/token"));

    assertThat(run.run().outputOfSuccess().strip()).isEqualTo("second");
  }

  /**
   * Answers with one status after the other, and then with 500. Clients need not wait before they
   * repeat a request, and what it returns is stale.
   */
  private static final class ScriptedAgent implements AutoCloseable {
    /** The parameters of the requests so far, sorted, each request's after its token. */
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private final Iterator<Integer> statuses;
    private final LoopbackHttpServer server;

    ScriptedAgent(Integer... statuses) {
      this.statuses = List.of(statuses).iterator();
      this.server = LoopbackHttpServer.start(this::answer);
    }

    private void answer(HttpExchange exchange) throws IOException {
      var token = exchange.getRequestHeaders().getFirst("X-KMS-Token");
      var parameters = exchange.getRequestURI().getQuery().split("&", -1);
      Arrays.sort(parameters);
      requests.add(token + " " + String.join(" ", parameters));
      var headers = exchange.getResponseHeaders();
      headers.add("Retry-After", "0");
      headers.add("Cache-Status", "kms-agent; hit; ttl=-37; detail=stale-if-error");
      LoopbackHttpServer.answer(
          exchange, statuses.hasNext() ? statuses.next() : 500, "the password");
    }

    @Override
    public void close() {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_program_repeats_what_may_succeed_and_takes_a_stale_value(Language language)
      throws IOException {
    try (var agent = new ScriptedAgent(503, 429, 502, 504, 200)) {
      var outcome = run(language, language.readingAnew(), agent.server.port());

      assertThat(outcome.outputOfSuccess().strip()).isEqualTo("the password");
      var request = StartedAgent.TOKEN + " field=password refreshNow=true secretId=app";
      assertThat(agent.requests).isEqualTo(Collections.nCopies(5, request));
      assertThat(language == Language.CURL || outcome.errors().contains("stale")).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_program_does_not_repeat_what_is_refused(Language language) throws IOException {
    try (var agent = new ScriptedAgent(403)) {
      var outcome = run(language, language.reading(), agent.server.port());

      assertThat(outcome.status()).isNotZero();
      assertThat(outcome.errors()).contains("403");
      assertThat(agent.requests).hasSize(1);
    }
  }

  /** The script of a container, which gets no value. */
  @Test
  void a_script_says_why_it_does_not_start_the_application() throws IOException {
    try (var agent = new ScriptedAgent(403, 403)) {
      var script =
          Snippet.ofPage("In a container", "sh")
              .writeTo(folder, "with-secrets.sh", agent.server.port());
      var outcome = SystemCommand.of(Program.onPath("sh"), script, "echo", "started").run();

      assertThat(outcome.status()).isEqualTo(125);
      assertThat(outcome.output()).isEmpty();
      assertThat(outcome.errors()).contains("app: the password");
    }
  }

  private SpringApplicationRun start(ClassLoader version, StartedAgent agent) throws Exception {
    var page = Snippet.ofPage("Spring Boot", "properties");
    var file = page.writeTo(folder, "application.properties", agent.port());
    return SpringApplicationRun.start(
        version,
        "spring.config.location=" + file.toUri(),
        "spring.cloud.vault.config.lifecycle.min-renewal=1s",
        "spring.cloud.vault.config.lifecycle.expiry-threshold=2s");
  }

  private static void assertFirst(SpringApplicationRun application, String version) {
    assertThat(application.property(SpringApplicationRun.VERSION)).startsWith(version);
    assertThat(application.property("app.password")).isEqualTo("second");
  }

  @Test
  void the_properties_of_spring_boot_are_the_fields_of_a_secret_and_follow_its_rotation()
      throws Exception {
    try (var agent =
            StartedAgent.start("vault", "Server.VaultLeaseSeconds = 3\nCache.TtlSeconds = 1");
        var boot4 = start(SnippetsIT.class.getClassLoader(), agent);
        var boot3 = start(SpringApplicationRun.version3(), agent)) {
      assertFirst(boot4, "4.0.");
      assertFirst(boot3, "3.5.");

      agent.secrets().put("app", "rotated", "{\"password\":\"third\"}");

      Patience.see(() -> boot4.property("app.password"), "third"::equals);
      Patience.see(() -> boot3.property("app.password"), "third"::equals);
    }
  }
}
