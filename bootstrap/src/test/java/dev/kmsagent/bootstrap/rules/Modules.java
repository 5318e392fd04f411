package dev.kmsagent.bootstrap.rules;

import java.util.List;
import java.util.stream.Stream;

/**
 * The modules below one root package, and what each may depend on besides the JDK and its own code.
 */
record Modules(String root) {
  /** Adapters may take their settings from the records of {@code config}, never from its loader. */
  private static final String SETTINGS = "config";

  /** A module and what it may depend on: packages of other modules, and packages of libraries. */
  record Module(String name, List<String> modules, List<String> libraries) {}

  static final List<Module> ALL =
      List.of(
          new Module("domain", List.of(), List.of()),
          new Module("application", List.of("domain.."), List.of()),
          new Module(
              "adapters.http",
              List.of("domain..", SETTINGS),
              List.of(
                  "io.javalin..",
                  "org.eclipse.jetty..",
                  "jakarta.servlet..",
                  "kotlin..",
                  "com.google.gson..",
                  "org.slf4j..")),
          new Module(
              "adapters.kms",
              List.of("domain..", SETTINGS),
              List.of(
                  "com.aliyun..",
                  "darabonba..",
                  "com.nimbusds.jose..",
                  "com.nimbusds.jwt..",
                  "io.github.resilience4j..",
                  "com.google.gson..",
                  "org.slf4j..")),
          new Module(
              "adapters.cache",
              List.of("domain..", SETTINGS),
              List.of(
                  "com.github.benmanes.caffeine..",
                  "redis.clients.jedis..",
                  "org.apache.commons.pool2..",
                  "org.slf4j..")),
          new Module(
              "adapters.telemetry", List.of("domain.."), List.of("io.prometheus..", "org.slf4j..")),
          new Module("config", List.of(), List.of("org.tomlj..")),
          new Module("emulator", List.of(), List.of("com.google.gson..", "org.tomlj..")),
          new Module(
              "testkit",
              List.of("domain.."),
              List.of(
                  "org.junit..",
                  "org.assertj..",
                  "redis.embedded..",
                  "ch.qos.logback..",
                  "com.tngtech.archunit..",
                  "org.slf4j..",
                  "org.jetbrains.lincheck..",
                  "kotlin..")));

  /** The package of a module and all below it. */
  String of(String module) {
    return root + "." + module + "..";
  }

  String[] all() {
    return Stream.concat(ALL.stream().map(Module::name), Stream.of("bootstrap"))
        .map(this::of)
        .toArray(String[]::new);
  }

  /** Every package that code of {@code module} may depend on. */
  String[] knownTo(Module module) {
    var own = Stream.of(of(module.name()), "java..", "javax..", "org.jspecify.annotations..");
    var others = module.modules().stream().map(name -> root + "." + name);
    return Stream.of(own, others, module.libraries().stream())
        .flatMap(packages -> packages)
        .toArray(String[]::new);
  }
}
