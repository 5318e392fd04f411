package dev.kmsagent.emulator.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;

final class ParametersTest {
  @Property
  void the_canonical_form_is_that_of_a_form_as_a_browser_writes_it_in_any_order(
      @ForAll @Size(max = 20) Map<@NotEmpty String, String> values) {
    var sendable = sendable(values);
    var canonical = new Parameters(sendable).canonical();
    assertThat(canonical.replaceAll("%[0-9A-F]{2}", "")).matches("[A-Za-z0-9_.~&=-]*");
    assertThat(Parameters.parse(canonical).values()).isEqualTo(sendable);
    var form =
        new ArrayList<>(sendable.entrySet())
            .reversed().stream()
                .map(field -> browser(field.getKey()) + "=" + browser(field.getValue()))
                .collect(Collectors.joining("&"));
    assertThat(Parameters.parse(form).canonical()).isEqualTo(canonical);
  }

  @Example
  void of_a_repeated_parameter_the_last_counts_and_an_empty_one_reads_as_absent() {
    Parameters parameters = Parameters.parse("a=1&b=&c&a=3");
    assertThat(parameters.get("a")).contains("3");
    assertThat(parameters.get("b")).isEmpty();
    assertThat(parameters.canonical()).isEqualTo("a=3&b=&c=");
    assertThatIllegalArgumentException().isThrownBy(() -> Parameters.parse("a=%zz"));
  }

  @Example
  void names_sort_by_their_bytes() {
    assertThat(Parameters.parse("b=&a=&B=&%F0%9F%98%80=&%EF%BF%BD=").canonical())
        .isEqualTo("B=&a=&b=&%EF%BF%BD=&%F0%9F%98%80=");
  }

  @Example
  void a_secret_is_named_by_its_name_or_its_arn_and_values_do_not_print() {
    assertThat(Parameters.parse("SecretName=app/a").secretName()).isEqualTo("app/a");
    assertThat(Parameters.parse("SecretName=acs:kms:r:1:secret/app/a").secretName())
        .isEqualTo("app/a");
    assertThat(Parameters.parse("SecretName=acs:kms:r:1:key/a").secretName())
        .isEqualTo("acs:kms:r:1:key/a");
    assertThat(Parameters.parse("SecretData=canary")).hasToString("[SecretData]");
  }

  /** Without lone surrogates, which no encoding can carry. */
  private static SortedMap<String, String> sendable(Map<String, String> values) {
    var sendable = new TreeMap<String, String>();
    values.forEach((name, value) -> sendable.put(wellFormed(name), wellFormed(value)));
    return sendable;
  }

  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String browser(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
