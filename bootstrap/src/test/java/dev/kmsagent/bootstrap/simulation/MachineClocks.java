package dev.kmsagent.bootstrap.simulation;

import dev.kmsagent.adapters.cache.file.Boot;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The clocks of the machine that an agent runs on. Elapsed time drifts; the wall clock has an
 * offset besides, and is set at times.
 */
final class MachineClocks {
  private final VirtualTime time;
  private final double rate;
  private Duration wallAhead;
  private Duration sinceBoot = Duration.ZERO;
  private Duration beforeBoots = Duration.ZERO;
  private Instant booted = VirtualTime.START;
  private int boots;

  /**
   * @param drift in millionths, of the elapsed time
   * @param wallAhead how far the wall clock is ahead of the elapsed time at first
   */
  MachineClocks(VirtualTime time, int drift, Duration wallAhead) {
    this.time = time;
    this.rate = 1 + drift / 1e6;
    this.wallAhead = wallAhead;
  }

  /** The true time that a timer of this machine takes. */
  Duration trueTime(Duration delay) {
    return Duration.ofNanos((long) Math.ceil(delay.toNanos() / rate));
  }

  Instant elapsed() {
    var passed = Duration.between(VirtualTime.START, time.instant());
    return VirtualTime.START.plusNanos((long) (passed.toNanos() * rate));
  }

  Instant wall() {
    return elapsed().plus(wallAhead);
  }

  /** Sets the wall clock. */
  void step(Duration by) {
    wallAhead = wallAhead.plus(by);
    sinceBoot = sinceBoot.plus(by);
  }

  /** This run of the machine. */
  Boot boot() {
    return new Boot("boot-" + boots, Duration.between(booted, elapsed()));
  }

  /** Begins another run. */
  void reboot() {
    boots++;
    booted = elapsed();
    beforeBoots = beforeBoots.plus(sinceBoot.abs());
    sinceBoot = Duration.ZERO;
  }

  /** By how much the wall clock was set, to and fro, from one boot to the next. */
  Duration stepsBeforeBoots() {
    return beforeBoots;
  }

  /** The clocks of a process that starts now: its own begins with the wall clock. */
  Clocks clocks() {
    var offset = wallAhead;
    InstantSource own = () -> elapsed().plus(offset);
    return new Clocks(own, this::wall);
  }
}
