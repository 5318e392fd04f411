package dev.kmsagent.emulator.seed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.emulator.kms.ManagedType;
import dev.kmsagent.emulator.kms.RotationHook;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.kms.StoredValue;
import dev.kmsagent.emulator.kms.StoredVersion;
import dev.kmsagent.emulator.protocol.AccessKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SeedFileTest {

  @Nested
  class A_good_file {
    @Test
    void gives_a_text_its_first_version() {
      assertThat(seeds("[[secret]]\nname = 'a/b'\ntext = 'hello'\ndeny = true\n"))
          .singleElement()
          .satisfies(
              seed -> {
                assertThat(seed.name()).isEqualTo("a/b");
                assertThat(seed.access()).isEqualTo(StoredSecret.Access.DENIED);
                assertThat(seed.versions().all())
                    .containsExactly(
                        StoredVersion.undated(
                            "v1", StoredValue.text("hello"), List.of("ACSCurrent")));
              });
    }

    @Test
    void has_text_a_table_or_a_string_of_json_or_bytes() {
      assertThat(
              value("json = { user = 'u', port = 1, on = true, list = ['x'], sub = { a = 1.5 } }"))
          .isEqualTo(
              StoredValue.text(
                  "{\"user\":\"u\",\"port\":1,\"on\":true,\"list\":[\"x\"],\"sub\":{\"a\":1.5}}"));
      assertThat(value("json = '{ \"b\": 1, \"a\": [2] }'"))
          .isEqualTo(StoredValue.text("{ \"b\": 1, \"a\": [2] }"));
      assertThat(value("binary = 'AP8H'")).isEqualTo(StoredValue.binary(new byte[] {0, -1, 7}));
    }

    @Test
    void takes_stages_as_it_names_them_or_else_stages_the_last_two_versions() {
      assertThat(stages(version("v1", ""), version("v2", ""), version("v3", "")))
          .containsExactly("v1 []", "v2 [ACSPrevious]", "v3 [ACSCurrent]");
      assertThat(
              stages(
                  version("v1", "stages = ['ACSCurrent', 'blue']"),
                  version("v2", ""),
                  version("v3", "stages = ['green']")))
          .containsExactly("v1 [ACSCurrent, blue]", "v2 []", "v3 [green]");
    }

    @Test
    void has_access_keys_and_roles_that_may_read_all_unless_it_says_what() {
      assertThat(
              read(
                  """
                  [[access-key]]
                  id = "any"
                  secret = "s1"

                  [[access-key]]
                  id = "none"
                  secret = "s2"
                  reads = []

                  [[role]]
                  name = "any"

                  [[role]]
                  name = "app"
                  reads = ["app/*", "b"]
                  subjects = ["system:serviceaccount:shop:*"]
                  """))
          .isEqualTo(
              new Seeds(
                  List.of(),
                  List.of(
                      AccessKey.lasting("any", "s1"), AccessKey.lasting("none", "s2").reading()),
                  List.of(
                      Role.named("any"),
                      Role.named("app")
                          .reading("app/*", "b")
                          .trusting(
                              TrustPolicy.everybody().subjects("system:serviceaccount:shop:*")))));
    }
  }

  @Nested
  class A_bad_file {
    @Test
    void names_every_problem_with_its_line() {
      assertThat(
              problems(
                  """
                  sceret = 1

                  [[secret]]
                  text = "a"

                  [[secret]]
                  name = "with space"
                  text = 7

                  [[secret]]
                  name = "b"
                  binary = "not base64!"
                  dney = true
                  """))
          .containsExactlyInAnyOrder(
              "line 1: sceret: no such key; known are secret, access-key, role",
              "line 3: a secret needs a name",
              "line 7: name: only letters, digits and _/+=.@- , at most 192",
              "line 8: text: must be a string",
              "line 12: binary: is no base64",
              "line 13: dney: no such key; known are"
                  + " name, deny, type, text, json, binary, version");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "`` | line 1: needs exactly one of text, json, binary",
          "text = 'a'\\njson = '{}' | line 1: needs exactly one of text, json, binary",
          "json = 'no json' | line 3: json: is no JSON",
          "json = 7 | line 3: json: must be a string",
          "text = 'LONG' | line 3: text: larger than 30720 bytes",
          "text = 'a'\\ndeny = 'yes' | line 4: deny: must be true or false",
          "[[secret.version]]\\ntext = 'a' | line 3: a version needs an id",
          "V1V1 | line 3: version: two have the id v1",
          "V1stages = ['blue'] | line 3: version: one needs the stage ACSCurrent",
          "V1NOWV2NOW | line 3: version: two have the stage ACSCurrent",
          "text = 'x'\\nV1 | line 3: text: a secret has either a value or versions",
          "version = [] | line 3: version: one needs the stage ACSCurrent",
          "text = 'x'\\n[[secret]]\\nname = 'a'\\ntext = 'x' | line 4: a second secret of the name a"
        })
    void has_one_problem(String lines, String problem) {
      var toml =
          lines
              .translateEscapes()
              .replace("V1", version("v1", ""))
              .replace("V2", version("v2", ""))
              .replace("NOW", "stages = ['ACSCurrent']\n")
              .replace("LONG", "x".repeat(30_721));
      assertThat(problems("[[secret]]\nname = 'a'\n" + toml)).containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '%',
        quoteCharacter = '`',
        value = {
          "type = 'Mongo' % line 3: type: must match Rds|PolarDB|Redis|RAMCredentials|ECS",
          "type = 'Rds'\\npassword = 'x' % line 1: needs accounts: different ones, as many as [1, 2]",
          "type = 'Redis'\\naccounts = ['a', 'a']\\npassword = 'x' % line 1: needs accounts: different ones, as many as [2]",
          "type = 'ECS'\\naccounts = ['a'] % line 1: needs password",
          "type = 'RAMCredentials'\\nsecret = 'x' % line 1: needs id",
          "DB\\nrotation = '7 days' % line 6: rotation: must be a time such as 0.5s, 30m, 12h or 7d",
          "DB\\norder = 'first' % line 6: order: must match (password|version)-first",
          "DB\\ntext = 'x' % line 6: text: no such key; known are name, deny, type, accounts, password, rotation, hook, order, gap"
        })
    void has_one_problem_of_a_managed_secret(String lines, String problem) {
      var toml = lines.replace("DB", "type = 'Rds'\\naccounts = ['a']\\npassword = 'x'");
      assertThat(problems("[[secret]]\nname = 'a'\n" + toml.translateEscapes()))
          .containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "[[access-key]]\\nid = 'a' | line 1: needs secret",
          "[[access-key]]\\nsecret = 'canary' | line 1: needs id",
          "[[access-key]]\\nid = 'a b'\\nsecret = 'canary' | line 2: id: must match [A-Za-z0-9._-]{1,128}",
          "[[access-key]]\\nid = 'a'\\nsecret = '' | line 3: secret: must match .+",
          "[[access-key]]\\nid = 'a'\\nsecret = 7 | line 3: secret: must be a string",
          "[[role]]\\nreads = ['a'] | line 1: needs name",
          "[[role]]\\nname = 'a'\\nreads = 'a' | line 3: reads: must be a list",
          "[[role]]\\nname = 'a'\\nread = ['a'] | line 3: read: no such key; known are name, reads, subjects",
          "[[role]]\\nname = 'a'\\n[[role]]\\nname = 'a' | line 3: a second role of the name a",
          "role = ['a'] | line 1: role: must be written as [[role]]"
        })
    void has_one_problem_of_an_identity(String lines, String problem) {
      assertThat(problems(lines.translateEscapes())).containsExactly(problem);
    }
  }

  @Test
  void a_secret_with_a_type_is_managed() {
    var secrets =
        seeds(
            """
            [[secret]]
            name = "app/db"
            type = "Rds"
            accounts = ["app", "app_clone"]
            password = "first"
            rotation = "7d"
            hook = ["true"]
            order = "version-first"
            gap = "0.5s"

            [[secret]]
            name = "app/ram"
            type = "RAMCredentials"
            id = "LTAI-app"
            secret = "first"
            window = "1h"
            """);
    var database = secrets.getFirst().management().orElseThrow();
    assertThat(database.type()).isEqualTo(ManagedType.RDS);
    assertThat(database.accounts()).containsExactly("app", "app_clone");
    assertThat(database.interval()).isEqualTo(Duration.ofDays(7));
    assertThat(database.order()).isEqualTo(RotationHook.Order.VERSION_FIRST);
    assertThat(database.gap()).isEqualTo(Duration.ofMillis(500));
    assertThat(secrets.getFirst().hasHook()).isTrue();
    var key = secrets.getLast().management().orElseThrow();
    assertThat(key.accounts()).containsExactly("LTAI-app");
    assertThat(key.window()).isEqualTo(Duration.ofHours(1));
    assertThat(secrets.getLast().hasHook()).isFalse();
    assertThat(secrets.toString()).doesNotContain("first\"");
  }

  private static String version(String id, String more) {
    return "[[secret.version]]\nid = '" + id + "'\ntext = '" + id + "'\n" + more + "\n";
  }

  private static List<String> stages(String... versions) {
    return seeds("[[secret]]\nname = 'a'\n" + String.join("", versions))
        .getFirst()
        .versions()
        .all()
        .stream()
        .map(version -> version.id() + " " + version.stages())
        .toList();
  }

  private static StoredValue value(String line) {
    return seeds("[[secret]]\nname = 'a'\n" + line).getFirst().versions().all().getFirst().value();
  }

  private static List<StoredSecret> seeds(String toml) {
    return read(toml).secrets();
  }

  private static Seeds read(String toml) {
    return switch (SeedFile.parse(toml)) {
      case SeedFile.Reading.Valid(var seeds) -> seeds;
      case SeedFile.Reading.Problems(var problems) -> throw new AssertionError(problems);
    };
  }

  private static List<String> problems(String toml) {
    return switch (SeedFile.parse(toml)) {
      case SeedFile.Reading.Valid(var seeds) -> throw new AssertionError(seeds);
      case SeedFile.Reading.Problems(var problems) -> problems;
    };
  }
}
