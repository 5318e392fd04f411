package dev.kmsagent.bootstrap.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The modules below one root package, and what each may know besides the JDK and its own code. */
record Modules(String root) {
  /**
   * Packages of modules begin with a dot. Adapters may take their settings from the records of
   * {@code config}, never from its loader.
   */
  private static final String KNOWN =
      """
      domain:
      application: .domain..
      adapters.http: .domain.. .config io.javalin.. org.eclipse.jetty.. jakarta.servlet.. kotlin..
      adapters.http: com.google.gson.. org.slf4j..
      adapters.kms: .domain.. .config com.aliyun.. darabonba.. com.nimbusds.jose..
      adapters.kms: com.nimbusds.jwt.. io.github.resilience4j.. com.google.gson.. org.slf4j..
      adapters.cache: .domain.. .config com.github.benmanes.caffeine.. redis.clients.jedis..
      adapters.cache: org.apache.commons.pool2.. org.slf4j..
      adapters.files: .domain.. .config
      adapters.telemetry: .domain.. .config io.prometheus.. org.slf4j..
      adapters.telemetry: com.google.gson..
      config: .domain org.tomlj..
      emulator: com.google.gson.. org.tomlj..
      testkit: .domain.. org.junit.. org.assertj.. com.google.gson.. redis.embedded.. ch.qos.logback..
      testkit: com.sun.net.httpserver.. com.tngtech.archunit.. org.slf4j.. org.jetbrains.lincheck.. kotlin..
      """;

  /** The packages that each module but bootstrap may know. */
  Map<String, String[]> known() {
    var known = new LinkedHashMap<String, String[]>();
    for (var line : KNOWN.lines().map(text -> text.split(":", 2)).toList()) {
      var packages = Stream.of(line[1].strip().split(" ")).filter(name -> !name.isEmpty());
      var before = known.getOrDefault(line[0], own(line[0]));
      var added = packages.map(name -> name.startsWith(".") ? root + name : name);
      known.put(line[0], Stream.concat(Stream.of(before), added).toArray(String[]::new));
    }
    return known;
  }

  private String[] own(String module) {
    return new String[] {of(module), "java..", "javax..", "org.jspecify.annotations.."};
  }

  /** The package of a module and all below it. */
  String of(String module) {
    return root + "." + module + "..";
  }

  String[] of(String... modules) {
    return Stream.of(modules).map(this::of).toArray(String[]::new);
  }

  List<String> all() {
    return Stream.concat(known().keySet().stream(), Stream.of("bootstrap")).toList();
  }
}
