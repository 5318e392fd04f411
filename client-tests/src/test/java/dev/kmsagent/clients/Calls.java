package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.kmsagent.testkit.MeasuredPage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/** The calls of one client: the text of each, what it gave and what it should have given. */
record Calls(List<Call> calls) {
  /** Set the property to have the tables written anew. */
  private static final MeasuredPage TRIED =
      new MeasuredPage(
          Path.of("..", "docs", "internals", "clients-tried.md"),
          "clients.write",
          "./mvnw verify -pl client-tests -am -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false"
              + " -Dit.test=dev/kmsagent/clients/*IT -Dfailsafe.failIfNoSpecifiedTests=false");

  record Call(String call, String given, String expected) {}

  /** Takes the lines of a script, which are calls as JSON objects. */
  static Calls of(String output) {
    var json = new Gson();
    return new Calls(output.lines().map(line -> json.fromJson(line, Call.class)).toList());
  }

  /**
   * Makes calls of Java, each in a line with what it should give, to these objects by their names.
   * What a call throws is a result too, by the name of its class.
   */
  static Calls of(Map<String, Object> objects, String table) {
    var context = new StandardEvaluationContext(objects);
    context.addPropertyAccessor(new MapAccessor());
    return new Calls(
        table
            .lines()
            .map(line -> line.split(" +\\| ", 2))
            .map(row -> new Call(row[0], outcome(row[0], context), row[1]))
            .toList());
  }

  private static String outcome(String call, StandardEvaluationContext context) {
    try {
      var result = new SpelExpressionParser().parseExpression(call).getValue(context);
      return String.valueOf(result instanceof Map<?, ?> map ? new TreeMap<>(map) : result);
    } catch (RuntimeException refused) {
      return refused.getClass().getSimpleName();
    }
  }

  /** Each gave what it should, and the page has them as this client's. */
  void verify(String client) {
    assertThat(calls).isNotEmpty().allMatch(call -> call.given().equals(call.expected()));
    TRIED.verify(client, table());
  }

  private String table() {
    return calls.stream()
        .map(call -> "| `" + call.call() + "` | `" + call.given() + "` |\n")
        .collect(Collectors.joining("", "\n| call | gives |\n|---|---|\n", "\n"));
  }
}
