package dev.kmsagent.bootstrap.rules.planted.bootstrap;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Something that nobody may know. It does what bootstrap may do in a few places alone. */
public final class Anything {
  List<Object> misdeeds(Clock clock, CompletableFuture<String> reply) {
    IO.println("printed");
    System.exit(1);
    Runtime.getRuntime().exit(1);
    Runtime.getRuntime().halt(1);
    return Arrays.asList(
        System.currentTimeMillis(),
        System.nanoTime(),
        Instant.now(),
        Instant.now(clock),
        InstantSource.system(),
        Clock.systemUTC(),
        reply.completeOnTimeout("late", 1, TimeUnit.SECONDS),
        reply.orTimeout(1, TimeUnit.SECONDS),
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS),
        System.in,
        System.out,
        System.err);
  }
}
