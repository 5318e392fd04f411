package dev.kmsagent.adapters.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.http.AgentAnswer;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/openapi.yaml} is valid, and describes what the agent does, in each dialect. */
@ParameterizedClass
@EnumSource
class OpenApiTest {
  private static final String TEXT = read();
  private static final ParseOptions RESOLVED = new ParseOptions();

  static {
    RESOLVED.setResolveFully(true);
    RESOLVED.setResolve(true);
  }

  private static final OpenAPI DOCUMENT =
      new OpenAPIV3Parser().readContents(TEXT, null, RESOLVED).getOpenAPI();
  private static final OpenApiInteractionValidator VALIDATOR =
      OpenApiInteractionValidator.createForInlineApiSpecification(TEXT).build();

  private static final List<String> SECRETS =
      List.of("json", "text", "binary", "gone", "down", "busy");

  /** Each parameter, with each kind of value that it takes. */
  private static final String PARAMETERS =
      "versionId=v1 versionStage=ACSCurrent refreshNow=true refreshNow=false refreshNow=1"
          + " refreshNow=0 field=. field=user field=absent fields=user fields=user,absent maxStale=0 maxStale=60"
          + " rejected=v0 rejected=v1";

  @AutoClose private final TestAgent agent;

  private static String read() {
    return Unchecked.get(() -> Files.readString(Path.of("../docs/openapi.yaml")));
  }

  OpenApiTest(ResponseType dialect) {
    agent = new TestAgent(dialect);
    agent.hold(Secrets.text("json", "v1", "{\"user\":\"u\"}"));
    agent.hold(Secrets.text("text", "v1", "plain"));
    agent.hold(Secrets.binary("binary", "v1", "AAH/"));
    agent.secrets.answer("down", Secrets.unreachable());
    agent.secrets.answer("busy", new Unavailable(Unavailable.Cause.CIRCUIT_OPEN, "", "open"));
  }

  @Test
  void the_document_is_valid() {
    assertThat(new OpenAPIV3Parser().readContents(TEXT, null, null).getMessages()).isEmpty();
    assertThat(DOCUMENT.getOpenapi()).isEqualTo("3.1.0");
  }

  @Test
  void every_page_is_answered_as_it_says() {
    for (var page : TestAgent.PAGES) {
      assertThat(answerAsDescribed(page, page)).isEqualTo(200);
    }
  }

  @Test
  void every_secret_is_answered_as_it_says_with_each_parameter() {
    var statuses = new HashSet<Integer>();
    for (var secret : SECRETS) {
      var path = "/v1/" + secret;
      var query = "/secretsmanager/get?secretId=" + secret;
      statuses.add(answerAsDescribed("/v1/{secretId}", path));
      statuses.add(answerAsDescribed("/secretsmanager/get", query));
      for (var parameter : PARAMETERS.split(" ", -1)) {
        statuses.add(answerAsDescribed("/v1/{secretId}", path + '?' + parameter));
        statuses.add(answerAsDescribed("/secretsmanager/get", query + '&' + parameter));
      }
      statuses.add(answerAsDescribed("/secretsmanager/get", query, "X-KMS-Role", "any"));
      for (var tags : List.of("*", "\"other\"", "W/\"0000000000000000\"")) {
        statuses.add(
            answerAsDescribed(
                "/secretsmanager/get", query, "If-None-Match", tags, "Prefer", "wait=5"));
      }
    }
    assertThat(statuses).contains(200, 304, 400, 404, 409, 502, 503);
  }

  private int answerAsDescribed(String path, String target, String... headers) {
    var answer = agent.get(target, headers);
    assertThat(problems(path, target, headers, answer)).as(target + " " + answer).isEmpty();
    return answer.status();
  }

  private static List<String> problems(
      String path, String target, String[] headers, AgentAnswer answer) {
    var response = new SimpleResponse.Builder(answer.status());
    answer.headers().forEach((name, values) -> response.withHeader(name, values));
    if (!answer.body().isEmpty()) {
      response.withBody(answer.body());
    }
    return Stream.of(
            VALIDATOR.validateRequest(request(target, headers)),
            VALIDATOR.validateResponse(path, Request.Method.GET, response.build()))
        .flatMap(report -> report.getMessages().stream())
        .map(Object::toString)
        .toList();
  }

  private static Request request(String target, String... headers) {
    var parts = target.split("[?&]", -1);
    var builder =
        new SimpleRequest.Builder("GET", parts[0]).withHeader("X-KMS-Token", TestAgent.TOKEN);
    for (int i = 1; i < parts.length; i++) {
      var parameter = parts[i].split("=", 2);
      // The validator reads no lists, as of OpenAPI 3.1.
      if (!Set.of("fields", "rejected").contains(parameter[0])) {
        builder.withQueryParam(parameter[0], parameter[1]);
      }
    }
    for (int i = 0; i < headers.length; i += 2) {
      builder.withHeader(headers[i], headers[i + 1]);
    }
    return builder.build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"secretId=json&maxStale=-1", "secretId=json&refreshNow=x", "versionId=v"})
  void what_it_does_not_allow_is_rejected(String query) {
    var target = "/secretsmanager/get?" + query;
    assertThat(VALIDATOR.validateRequest(request(target)).hasErrors()).isTrue();
    assertRejected(400, agent.get(target));
  }

  @Test
  void other_rejections_are_described() {
    var target = "/secretsmanager/get?secretId=json";
    assertRejected(403, agent.send(agent.port, "GET", target));
    assertRejected(400, agent.get(target, "Via", "x"));
    assertRejected(400, agent.get(target + "&nonsense=1"));
    assertRejected(405, agent.send(agent.port, "POST", target, "X-KMS-Token", TestAgent.TOKEN));
  }

  private static void assertRejected(int status, AgentAnswer answer) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(problems("/secretsmanager/get", "/ping", new String[0], answer)).isEmpty();
  }

  @Test
  void it_has_every_path_and_parameter() {
    assertThat(DOCUMENT.getPaths().keySet())
        .containsAll(
            TestAgent.ROUTES.exact().values().stream()
                .filter(route -> !route.checksVaultHeaders())
                .map(Route::path)
                .toList());
    for (var path : List.of(RouteTable.QUERY_ROUTE, "/v1/{secretId}")) {
      assertThat(requireNonNull(DOCUMENT.getPaths().get(path)).getGet().getParameters())
          .extracting(Parameter::getName)
          .containsExactlyInAnyOrder(
              "secretId",
              "versionId",
              "versionStage",
              "refreshNow",
              "field",
              "fields",
              "maxStale",
              "rejected",
              "If-None-Match",
              "Prefer",
              "X-KMS-Role");
    }
  }
}
