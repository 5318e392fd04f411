package dev.kmsagent.clients;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.kmsagent.testkit.LoopbackHttpServer;
import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The programs of the page that are told of each change of a secret run as they stand there. */
@Tag("thorough")
@Execution(ExecutionMode.SAME_THREAD)
final class WatchIT {
  private static final String FIRST = "W/\"0123456789abcdef\"";
  private static final String SECOND = "W/\"1123456789abcdef\"";

  @TempDir private Path folder;

  /** A program of the page, how it pauses, and what prints the seconds instead. */
  enum Language {
    CURL("sh", "sleep \"${pause:-5}\"", "echo \"pause ${pause:-5}\""),
    JAVA("java", "Thread.sleep(pause * 1000)", "System.out.println(\"pause \" + pause)"),
    PYTHON("python", "time.sleep(pause)", "print('pause', pause, flush=True)"),
    NODE(
        "js",
        "new Promise((resolve) => setTimeout(resolve, pause * 1000))",
        "console.log(`pause ${pause}`)"),
    GO("go", "time.Sleep(time.Duration(pause) * time.Second)", "fmt.Println(\"pause\", pause)");

    private final String block;
    private final String pausing;
    private final String telling;

    Language(String block, String pausing, String telling) {
      this.block = block;
      this.pausing = pausing;
      this.telling = telling;
    }

    private Snippet program() {
      return Snippet.ofPage("Wait for a change", block);
    }

    private Snippet withoutPauses() {
      return program().with(pausing, telling);
    }
  }

  private Running start(Language language, Snippet program, int port) throws IOException {
    var command = Program.of(program.writeTo(folder, "Watch." + language.block, port), 11);
    var output = folder.resolve(language + ".out");
    return new Running(command.launchInto(output, folder.resolve("errors")), output);
  }

  /** What an agent answers, with a header if it is not empty. */
  private record Answer(int status, String header, String value, String body, boolean cut) {
    Answer(int status, String header, String value, String body) {
      this(status, header, value, body, false);
    }

    void send(HttpExchange exchange) throws IOException {
      try (exchange) {
        if (!header.isEmpty()) {
          exchange.getResponseHeaders().add(header, value);
        }
        var length = body.length() + (cut ? 1 : 0);
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        var text = exchange.getResponseBody();
        text.write(body.getBytes(StandardCharsets.UTF_8));
        text.flush();
      }
    }
  }

  /** Answers at once, then lets requests wait; with each it changes the token. */
  private static final class ImpatientAgent implements AutoCloseable {
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Iterator<Answer> answers;
    private final Path token;
    private final LoopbackHttpServer server;

    ImpatientAgent(Path token, Answer... answers) {
      this.token = token;
      this.answers = List.of(answers).iterator();
      this.server = LoopbackHttpServer.start(this::answer);
    }

    private void answer(HttpExchange exchange) throws IOException {
      var headers = exchange.getRequestHeaders();
      requests.add(
          Stream.of("X-KMS-Token", "If-None-Match", "Prefer")
              .map(headers::getFirst)
              .collect(joining(" ")));
      Files.writeString(token, "token-" + requests.size());
      if (answers.hasNext()) {
        answers.next().send(exchange);
      }
    }

    @Override
    public void close() {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_program_pauses_after_each_answer_and_uses_each_whole_value_once(Language language)
      throws IOException {
    var answers =
        new Answer[] {
          new Answer(200, "ETag", FIRST, "firs", true),
          new Answer(200, "ETag", FIRST, "first"),
          new Answer(304, "ETag", FIRST, ""),
          new Answer(429, "Retry-After", "7", "{}"),
          new Answer(503, "", "", "{}"),
          new Answer(403, "", "", "{}"),
          new Answer(200, "ETag", SECOND, "second"),
          new Answer(304, "ETag", SECOND, "")
        };
    try (var agent = new ImpatientAgent(folder.resolve("kmstoken/token"), answers)) {
      var port = agent.server.port();
      try (var running = start(language, language.withoutPauses(), port)) {
        running.awaitLines(
            "pause 5", "first", "pause 1", "pause 1", "pause 7", "pause 5", "pause 5", "second",
            "pause 1", "pause 1");
        Patience.assertSoon(() -> agent.requests.size() > answers.length);
      }
      var tags =
          List.of("\"\"", "\"\"", FIRST, FIRST, FIRST, FIRST, FIRST, SECOND, SECOND).iterator();
      var tokens =
          Stream.iterate(0, i -> i + 1).map(i -> i == 0 ? StartedAgent.TOKEN : "token-" + i);
      assertThat(agent.requests)
          .isEqualTo(tokens.limit(9).map(token -> token + " " + tags.next() + " wait=55").toList());
    }
  }

  @Test
  void a_rotation_reaches_each_program() throws IOException {
    try (var agent = StartedAgent.start("kms", "Cache.TtlSeconds = 1")) {
      var all = new ArrayList<Running>();
      try {
        for (var language : Language.values()) {
          all.add(start(language, language.program(), agent.port()));
        }
        all.forEach(running -> running.awaitLines("second"));
        agent.secrets().put("app", "rotated", "{\"password\":\"third\"}");
        all.forEach(running -> running.awaitLines("second", "third"));
      } finally {
        all.forEach(Running::close);
      }
    }
  }
}
