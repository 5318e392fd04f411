package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which secret, and which version of it, a request asks for. */
@ExtendWith(Agents.Shared.class)
final class RoutesIT {
  private final Cloud cloud;
  private final AgentClient client;

  RoutesIT(Agents agents) {
    cloud = agents.cloud();
    client = agents.answering(ResponseType.KMS).client();
  }

  private static String value(Answer answer) {
    return answer.status() == 200 ? answer.text("SecretData") : answer.verdict();
  }

  @Nested
  class Names {
    private final String unique = UUID.randomUUID().toString();

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/secretsmanager/get?secretId=app/dev/ID",
          "/secretsmanager/get?secretId=app%2Fdev%2FID",
          "/secretsmanager/get?&secretId=app/dev/ID&",
          "/secretsmanager/get?%73ecretId=app/dev/ID",
          "/v1/app/dev/ID",
          "/v1/app%2Fdev%2fID",
          "/v1/%61pp/dev/ID?"
        })
    void a_secret_is_named_in_the_query_or_in_the_path(String target) {
      cloud.emulator().secrets().create("app/dev/" + unique, "value");

      assertThat(value(client.get(target.replace("ID", unique)))).isEqualTo("value");
    }

    @ParameterizedTest
    @CsvSource({
      "/v1/ID+x, ID+x",
      "/v1/ID%2Bx, ID+x",
      "/v1/ID%2Fx, ID/x",
      "/v1/ID=x, ID=x",
      "/v1/ID@x, ID@x",
      "/secretsmanager/get?secretId=ID%2Bx, ID+x",
      "/secretsmanager/get?secretId=ID=x, ID=x",
      "/secretsmanager/get?secretId=ID@x, ID@x"
    })
    void a_name_is_decoded(String target, String name) {
      cloud.emulator().secrets().create(name.replace("ID", unique), "value");

      assertThat(value(client.get(target.replace("ID", unique)))).isEqualTo("value");
    }

    /** Names that no secret can have: what KMS was asked for shows how they were read. */
    @ParameterizedTest
    @CsvSource({
      "/v1/ID%2541, ID%41",
      "/v1/ID/../x, ID/../x",
      "/v1/ID/./x, ID/./x",
      "/v1/ID//x, ID//x",
      "/v1//ID, /ID",
      "/v1/ID/, ID/",
      "/v1/ID;x, ID;x",
      "/v1/ID%20x, ID x",
      "/v1/ID%E5%AF%86, ID密",
      "/secretsmanager/get?secretId=ID+x, ID x",
      "/secretsmanager/get?secretId=ID%2541, ID%41",
      "/secretsmanager/get?secretId=ID/../x, ID/../x"
    })
    void a_name_is_decoded_once_and_else_left_alone(String target, String name) {
      client.get(target.replace("ID", unique));

      assertThat(cloud.calls(name.replace("ID", unique))).isOne();
    }

    @Test
    void a_name_may_have_512_characters_but_no_more() {
      var longest = unique + "x".repeat(512 - unique.length());

      client.get("/v1/" + longest);
      var longer = client.get("/v1/" + longest + "x");

      assertThat(cloud.calls(longest)).isOne();
      assertThat(longer.verdict()).isEqualTo("400 InvalidParameter");
      assertThat(longer.text("Message")).contains("secretId", "512");
    }
  }

  @Nested
  class Versions {
    private final String name = cloud.newSecret("old");

    Versions() {
      cloud.emulator().secrets().put(name, "v2", "new");
    }

    @ParameterizedTest
    @CsvSource({
      "'', new",
      "versionId=v1, old",
      "versionId=v2, new",
      "versionStage=ACSCurrent, new",
      "versionStage=ACSPrevious, old",
      "versionId=v1&versionStage=ACSPrevious, old",
      "versionId=v1&versionStage=ACSCurrent, 404 Forbidden.ResourceNotFound",
      "versionId=v3, 404 Forbidden.ResourceNotFound",
      "versionStage=Custom, 404 Forbidden.ResourceNotFound"
    })
    void a_version_is_asked_for_by_id_or_stage_or_both(String parameters, String expected) {
      assertThat(value(client.get("/v1/" + name + "?" + parameters))).isEqualTo(expected);
      assertThat(value(client.secret(name + "&" + parameters))).isEqualTo(expected);
    }

    @Test
    void the_current_version_is_one_entry_whether_its_stage_is_named_or_not() {
      client.get("/v1/" + name);
      var named = client.get("/v1/" + name + "?versionStage=ACSCurrent");

      assertThat(named.cacheStatus()).isEqualTo("hit");
      assertThat(cloud.calls(name)).isOne();
    }
  }

  @Nested
  class RefreshNow {
    private final String name = cloud.newSecret("old");

    @ParameterizedTest
    @CsvSource({"true, new", "TRUE, new", "1, new", "false, old", "False, old", "0, old"})
    void it_takes_four_words_in_any_case(String word, String expected) {
      client.secret(name);
      cloud.emulator().secrets().put(name, "v2", "new");

      assertThat(value(client.secret(name + "&refreshNow=" + word))).isEqualTo(expected);
    }
  }

  @Nested
  class WrongParameters {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "/secretsmanager/get                                  | secretId is missing",
          "/secretsmanager/get?                                 | secretId is missing",
          "/secretsmanager/get?secretid=a                       | \"secretid\"",
          "/secretsmanager/get?secretId=a&secretId=a            | secretId is given more than once",
          "/secretsmanager/get?secretId=                        | secretId is empty",
          "/secretsmanager/get?secretId                         | secretId is empty",
          "/secretsmanager/get?secretId=a&versionId=            | versionId is empty",
          "/secretsmanager/get?secretId=a&versionStage=         | versionStage is empty",
          "/secretsmanager/get?secretId=a&refreshNow=           | refreshNow is empty",
          "/secretsmanager/get?secretId=a&refreshNow=yes        | refreshNow must be true, false",
          "/secretsmanager/get?secretId=a&VersionId=v1          | \"VersionId\"",
          "/secretsmanager/get?secretId=a&versionId=1&versionId=2 | versionId is given more than once",
          "/secretsmanager/get?secretId=a%0Ab                   | secretId holds a control character",
          "/secretsmanager/get?secretId=a%7F                    | secretId holds a control character",
          "/secretsmanager/get?secretId=%C3%28                  | secretId is not UTF-8",
          "/secretsmanager/get?secretId=a&versionId=%FF         | versionId is not UTF-8",
          "/v1/                                                 | secretId is empty",
          "/v1/a?secretId=a                                     | secretId is in the path already",
          "/v1/a?nonsense=1                                     | \"nonsense\"",
          "/v1/a%0A                                             | secretId holds a control character",
          "/v1/%FF                                              | secretId is not UTF-8"
        })
    void the_answer_says_which_parameter_is_wrong_and_why(String target, String why) {
      var answer = client.get(target);

      assertThat(answer.verdict()).isEqualTo("400 InvalidParameter");
      assertThat(answer.text("Message")).contains(why);
    }

    @Test
    void an_escape_that_is_none_is_wrong_in_the_query_too() {
      var answer =
          new RawHttp(client.port())
              .send(
                  "GET /secretsmanager/get?secretId=a%G1 HTTP/1.1",
                  "Host: localhost", "X-KMS-Token: " + Cloud.TOKEN);

      assertThat(answer.verdict()).isEqualTo("400 InvalidParameter");
      assertThat(answer.text("Message")).contains("secretId holds a %");
    }
  }
}
