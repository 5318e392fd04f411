package dev.kmsagent.emulator.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The decoded parameters of a request, by name in byte order; the last value of a name counts. */
public record Parameters(SortedMap<String, String> values) {
  private static final Comparator<String> BYTE_ORDER =
      (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

  public Parameters {
    var sorted = new TreeMap<String, String>(BYTE_ORDER);
    sorted.putAll(values);
    values = Collections.unmodifiableSortedMap(sorted);
  }

  /**
   * Reads a form-encoded text: a query or a form body.
   *
   * @throws IllegalArgumentException when a percent sign starts no escape
   */
  public static Parameters parse(String form) {
    var values = new TreeMap<String, String>(BYTE_ORDER);
    for (String pair : form.split("&", -1)) {
      if (!pair.isEmpty()) {
        String[] sides = pair.split("=", 2);
        values.put(decode(sides[0]), sides.length > 1 ? decode(sides[1]) : "");
      }
    }
    return new Parameters(values);
  }

  /** A value, where the parameter is present and not empty. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  /**
   * Requires that these are present and not empty.
   *
   * @throws ApiException naming the first that is not
   */
  public void require(List<String> names) {
    names.forEach(name -> ApiErrors.missing(name).unless(get(name).isPresent()));
  }

  /** The name in the parameter SecretName, which may be an ARN; empty where there is none. */
  public String secretName() {
    String named = get("SecretName").orElse("");
    int mark = named.startsWith("acs:kms:") ? named.indexOf(":secret/") : -1;
    return mark < 0 ? named : named.substring(mark + ":secret/".length());
  }

  /** These parameters and others, which take precedence. */
  public Parameters and(Parameters others) {
    var all = new TreeMap<>(values);
    all.putAll(others.values);
    return new Parameters(all);
  }

  /** All but one. */
  public Parameters without(String name) {
    var rest = new TreeMap<>(values);
    rest.remove(name);
    return new Parameters(rest);
  }

  /** The canonical query of a signature: sorted, names and values encoded (RFC 3986). */
  public String canonical() {
    return values.entrySet().stream()
        .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
        .collect(joining("&"));
  }

  /** Percent-encodes all but the unreserved characters of RFC 3986, as Alibaba's signatures do. */
  public static String encode(String text) {
    return URLEncoder.encode(text, UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, UTF_8);
  }

  /** The names and not the values, which may be secrets. */
  @Override
  public String toString() {
    return values.keySet().toString();
  }
}
