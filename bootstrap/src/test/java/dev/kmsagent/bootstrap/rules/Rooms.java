package dev.kmsagent.bootstrap.rules;

import java.util.List;
import java.util.stream.Stream;

/**
 * The rooms of the house below one root package, and the libraries that each may know besides the
 * JDK and its own code.
 */
record Rooms(String root) {
  /** A room and what it may know: other rooms by name, libraries by package. */
  record Room(String name, List<String> rooms, List<String> libraries) {}

  static final List<Room> ALL =
      List.of(
          new Room("domain", List.of(), List.of()),
          new Room("application", List.of("domain"), List.of()),
          new Room(
              "adapters.http",
              List.of("domain"),
              List.of(
                  "io.javalin..",
                  "org.eclipse.jetty..",
                  "jakarta.servlet..",
                  "kotlin..",
                  "com.google.gson..",
                  "org.slf4j..")),
          new Room(
              "adapters.kms",
              List.of("domain"),
              List.of(
                  "com.aliyun..",
                  "darabonba..",
                  "io.github.resilience4j..",
                  "com.google.gson..",
                  "org.slf4j..")),
          new Room(
              "adapters.cache",
              List.of("domain"),
              List.of(
                  "com.github.benmanes.caffeine..",
                  "redis.clients.jedis..",
                  "org.apache.commons.pool2..",
                  "io.github.resilience4j..",
                  "org.slf4j..")),
          new Room(
              "adapters.telemetry", List.of("domain"), List.of("io.prometheus..", "org.slf4j..")),
          new Room("config", List.of(), List.of("org.tomlj..")),
          new Room("emulator", List.of(), List.of("com.google.gson..", "org.tomlj..")),
          new Room(
              "testkit",
              List.of("domain"),
              List.of("org.junit..", "org.assertj..", "redis.embedded..")));

  /** The package of a room and all below it. */
  String of(String room) {
    return root + "." + room + "..";
  }

  String[] all() {
    return Stream.concat(ALL.stream().map(Room::name), Stream.of("bootstrap"))
        .map(this::of)
        .toArray(String[]::new);
  }

  /** Every package that code of {@code room} may depend on. */
  String[] knownTo(Room room) {
    var own = Stream.of(of(room.name()), "java..", "javax..", "org.jspecify.annotations..");
    var others = room.rooms().stream().map(this::of);
    return Stream.of(own, others, room.libraries().stream())
        .flatMap(packages -> packages)
        .toArray(String[]::new);
  }
}
