package dev.kmsagent.bootstrap.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The classes that a JVM has loaded, as {@code -Xlog:class+load} lists them. */
record LoadedClasses(List<Loaded> classes) {
  private static final Pattern LINE = Pattern.compile("\\S*\\[class,load *] (\\S+) source: (.+)");
  private static final Pattern OF_THE_JDK = Pattern.compile("(javax?|jdk|sun|com\\.sun)\\..+");

  /** Threads that need the same one at once make one each. */
  private static final String FORM = "java.lang.invoke.LambdaForm$";

  LoadedClasses {
    classes = List.copyOf(classes);
  }

  /**
   * A class.
   *
   * @param made by the JVM at run time, as for a lambda or a switch over types
   */
  record Loaded(String name, boolean made, boolean fromCache) {
    /** The name of a class that is made ends with an address, that of a proxy with a number. */
    static Loaded of(Matcher line) {
      var parts = line.group(1).split("/0x", 2);
      var name = parts[0].replaceAll("(\\$Proxy)\\d+", "$1");
      return new Loaded(name, parts.length > 1, line.group(2).startsWith("shared objects file"));
    }

    boolean isOfTheJdk() {
      return OF_THE_JDK.matcher(name).matches();
    }
  }

  static LoadedClasses in(Path log) throws IOException {
    return new LoadedClasses(
        Files.readAllLines(log).stream()
            .map(LINE::matcher)
            .filter(Matcher::matches)
            .map(Loaded::of)
            .toList());
  }

  /** How many the jar has of them; those of the JDK depend on which thread is first. */
  long ofTheJar() {
    return classes.stream().filter(loaded -> !loaded.made() && !loaded.isOfTheJdk()).count();
  }

  /** The names, but for forms of method handles, whose number varies. */
  List<String> outsideTheCache(Predicate<Loaded> which) {
    return classes.stream()
        .filter(loaded -> !loaded.fromCache())
        .filter(loaded -> !(loaded.made() && loaded.name().startsWith(FORM)))
        .filter(which)
        .map(Loaded::name)
        .sorted()
        .toList();
  }
}
