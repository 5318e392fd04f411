package dev.kmsagent.config.schema;

/** Where a value, or a problem, comes from. */
public sealed interface Origin {

  /** The agent's own default. */
  record BuiltIn() implements Origin {}

  /** A line of the file, counted from 1. */
  record Line(String file, int number) implements Origin {}

  /** The file as a whole. */
  record WholeFile(String file) implements Origin {}

  /** An environment variable: an override, or the standard variable a key falls back on. */
  record Variable(String name) implements Origin {}

  /** A {@code ${ENV:..}} or {@code ${FILE:..}} that stands at another origin. */
  record Reference(String reference, Origin at) implements Origin {}

  /** Worked out from another key. */
  record Derived(String path) implements Origin {}

  /** The line of the file, beyond all lines where there is none. */
  default int line() {
    return switch (this) {
      case Line(_, var number) -> number;
      case Reference(_, var at) -> at.line();
      case BuiltIn _, WholeFile _, Variable _, Derived _ -> Integer.MAX_VALUE;
    };
  }

  /** In a few words, for people. */
  default String describe() {
    return switch (this) {
      case BuiltIn() -> "default";
      case Line(var file, var number) -> file + ":" + number;
      case WholeFile(var file) -> file;
      case Variable(var name) -> "environment variable " + name;
      case Reference(var reference, var at) -> at.describe() + " (" + reference + ")";
      case Derived(var path) -> "derived from " + path;
    };
  }
}
