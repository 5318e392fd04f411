package dev.kmsagent.adapters.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import dev.kmsagent.testkit.SystemCommand;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Each text is read back by what it is for. */
final class TextEncodingsTest {
  private static final String PRINT = "printf '%s\\000' ";

  @Property
  void java_reads_properties_back(@ForAll("texts") String key, @ForAll("texts") String value)
      throws IOException {
    var line = TextEncodings.properties(key) + "=" + TextEncodings.properties(value) + "\n";
    var properties = new Properties();
    properties.load(new ByteArrayInputStream(line.getBytes(ISO_8859_1)));
    assertThat(properties).isEqualTo(Map.of(key, value));
  }

  @Property
  void a_strict_parser_reads_json_back(@ForAll("texts") String value) throws IOException {
    var reader = new JsonReader(new StringReader(TextEncodings.json(value)));
    reader.setStrictness(Strictness.STRICT);
    assertThat(reader.nextString()).isEqualTo(value);
  }

  @Property
  void each_part_of_a_url_is_read_back(@ForAll("texts") String value) {
    var encoded = TextEncodings.url(value.getBytes(UTF_8));
    var url = URI.create("http://me:PART@host/PART?a=PART#PART".replace("PART", encoded));
    assertThat(encoded).matches("([A-Za-z0-9._~-]|%[0-9A-F]{2})*");
    assertThat(List.of(url.getUserInfo(), url.getPath(), url.getQuery(), url.getFragment()))
        .containsExactly("me:" + value, "/" + value, "a=" + value, value);
  }

  @Property(tries = 30)
  void sh_reads_a_word_back(@ForAll("lists") List<String> values) throws IOException {
    var words = values.stream().filter(it -> !it.contains("\0")).toList();
    assertThat(printed(words.stream().map(it -> PRINT + TextEncodings.shell(it)))).isEqualTo(words);
  }

  @Property(tries = 30)
  void sh_reads_a_variable_back(@ForAll("lists") List<String> values) throws IOException {
    var good = values.stream().filter(it -> TextEncodings.env(it).isPresent()).toList();
    var written = good.stream().map(it -> TextEncodings.env(it).orElseThrow());
    assertThat(printed(written.map(it -> "V=" + it + "\n" + PRINT + "\"$V\""))).isEqualTo(good);
  }

  /** What commands of sh print, each ended by NUL. */
  private static List<String> printed(Stream<String> commands) throws IOException {
    var file = Files.createTempFile(Path.of("target"), "script", ".sh");
    Files.writeString(file, commands.collect(joining("\n")));
    var printed = SystemCommand.of("sh", file).run().outputOfSuccess();
    Files.delete(file);
    var ended = List.of(printed.split("\0", -1));
    return ended.subList(0, ended.size() - 1);
  }

  @Example
  void what_sh_and_systemd_do_not_read_alike_is_no_variable() {
    for (var unfit : List.of("\0", "a\r\n", "\u001b[0m", "\u007f", "\ufdd0", "\uffff", "a\n\\")) {
      assertThat(TextEncodings.env(unfit)).as(unfit).isEmpty();
    }
  }

  @Example
  void most_variables_are_in_quotes() {
    assertThat(TextEncodings.env("it's $x")).contains("'it'\"'\"'s $x'");
    assertThat(TextEncodings.env("\\it's ü")).contains("\\\\it\\'s\\ ü");
  }

  @Provide
  Arbitrary<String> texts() {
    var signs =
        "abc é 中 😀 \0 \n \r \t \f \u001b \u007f \\ ' \" ` $ $x $( ) { } # ! ~ = : ; & | * ? % + A";
    var special =
        Arbitraries.of(signs.split(" ", -1)).list().ofMaxSize(8).map(it -> String.join("", it));
    return Arbitraries.oneOf(
        special,
        special.map(it -> " " + it + " "),
        Arbitraries.strings().withCharRange('\0', '\uD7FF').ofMaxLength(40));
  }

  @Provide
  Arbitrary<List<String>> lists() {
    return texts().list().ofMaxSize(60);
  }
}
