package dev.kmsagent.adapters.http;

import java.util.List;
import java.util.regex.Pattern;

/** The condition {@code If-None-Match} (RFC 9110 13.1.2). */
final class IfNoneMatch {
  /** An entity tag without its mark of weakness: the comparison is the weak one. */
  private static final Pattern OPAQUE_TAG = Pattern.compile("\"[\\x21\\x23-\\x7e\\x80-\\xff]*\"");

  private IfNoneMatch() {}

  /** Whether {@code fields} say that the client has the body with {@code entityTag}. */
  static boolean matches(List<String> fields, String entityTag) {
    return fields.stream().anyMatch(field -> matches(field, entityTag));
  }

  private static boolean matches(String field, String entityTag) {
    return field.strip().equals("*")
        || OPAQUE_TAG.matcher(field).results().anyMatch(tag -> tag.group().equals(entityTag));
  }
}
