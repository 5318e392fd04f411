package dev.kmsagent.emulator.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;

final class ParametersTest {

  @Property
  void the_canonical_form_reads_back_as_the_same_parameters(
      @ForAll Map<@NotEmpty String, String> values) {
    var sendable = sendable(values);
    assertThat(Parameters.parse(new Parameters(sendable).canonical()).values()).isEqualTo(sendable);
  }

  @Property
  void a_form_as_a_browser_writes_it_has_the_same_canonical_form(
      @ForAll @NotEmpty String name, @ForAll String value) {
    var sendable = sendable(Map.of(name, value));
    var form = new StringBuilder();
    sendable.forEach((n, v) -> form.append(browser(n)).append('=').append(browser(v)));
    assertThat(Parameters.parse(form.toString()).canonical())
        .isEqualTo(new Parameters(sendable).canonical());
  }

  @Property
  void encoding_leaves_unreserved_characters_alone_and_no_other(@ForAll String text) {
    assertThat(Parameters.encode(text)).matches("([A-Za-z0-9_.~-]|%[0-9A-F]{2})*");
  }

  @Property
  void the_canonical_form_does_not_depend_on_the_order(
      @ForAll @NotEmpty Map<@NotEmpty String, String> values) {
    String canonical = new Parameters(sendable(values)).canonical();
    var reversed = new StringBuilder();
    for (String pair : canonical.split("&", -1)) {
      reversed.insert(0, pair + "&");
    }
    assertThat(Parameters.parse(reversed.toString()).canonical()).isEqualTo(canonical);
  }

  @Property
  void parsing_returns_parameters_or_throws(@ForAll String text) {
    try {
      Parameters.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("%");
    }
  }

  @Example
  void of_a_repeated_parameter_the_last_counts() {
    assertThat(Parameters.parse("a=1&b=2&a=3").get("a")).contains("3");
  }

  @Example
  void an_empty_value_is_signed_and_reads_as_absent() {
    Parameters parameters = Parameters.parse("a=&b");
    assertThat(parameters.canonical()).isEqualTo("a=&b=");
    assertThat(parameters.get("a")).isEmpty();
  }

  @Example
  void names_sort_by_their_bytes() {
    assertThat(Parameters.parse("b=&a=&B=&%F0%9F%98%80=&%EF%BF%BD=").canonical())
        .isEqualTo("B=&a=&b=&%EF%BF%BD=&%F0%9F%98%80=");
  }

  @Example
  void a_percent_sign_that_starts_no_escape_is_refused() {
    assertThatThrownBy(() -> Parameters.parse("a=%zz"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Example
  void a_secret_is_named_by_its_name_or_its_arn() {
    assertThat(Parameters.parse("SecretName=app/a").secretName()).isEqualTo("app/a");
    assertThat(Parameters.parse("SecretName=acs:kms:r:1:secret/app/a").secretName())
        .isEqualTo("app/a");
    assertThat(Parameters.parse("SecretName=acs:kms:r:1:key/a").secretName())
        .isEqualTo("acs:kms:r:1:key/a");
  }

  @Example
  void values_do_not_print() {
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
