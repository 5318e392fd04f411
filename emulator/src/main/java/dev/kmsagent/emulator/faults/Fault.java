package dev.kmsagent.emulator.faults;

import java.time.Duration;

/** One way in which an answer goes wrong; durations are of the real clock. */
public sealed interface Fault {

  /** The right answer, late. */
  record Latency(Duration delay) implements Fault {}

  /** No answer; the connection stays open until the client gives up or the emulator closes. */
  record Hang() implements Fault {}

  /** The right answer, its head at once, its body one byte after each interval. */
  record Drip(Duration interval) implements Fault {}

  /** The connection is reset before the answer. */
  record Reset() implements Fault {}

  /** The right answer ends after this many bytes of its body, short of its announced length. */
  record Truncated(int bytes) implements Fault {}

  /** A refusal in KMS's JSON form, of any status and code. */
  record Failure(int status, String code) implements Fault {}

  /** An HTML page under any status, as a load balancer sends it. */
  record Html(int status) implements Fault {}

  /** No body under any status. */
  record Empty(int status) implements Fault {}

  /** A redirect to another place. */
  record Redirect(String location) implements Fault {}

  /**
   * The right answer with its last bracket missing, so that it is no JSON; its length is announced
   * truly.
   */
  record Malformed() implements Fault {}

  /** The right answer without one of its fields. */
  record Incomplete(String field) implements Fault {}

  /** The right answer with every string made an object and everything else a string. */
  record WrongTypes() implements Fault {}

  /** The right answer, made longer than this many bytes by a field that means nothing. */
  record Oversized(int bytes) implements Fault {}

  /** What KMS says above its quota. */
  static Fault throttled() {
    return new Failure(429, "Rejected.Throttling");
  }
}
