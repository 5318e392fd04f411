package dev.kmsagent.emulator.gateway;

import com.google.gson.annotations.SerializedName;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A fault to inject into an answer; durations are of the emulator's time. */
public sealed interface Fault {

  /** The right answer after a delay. */
  record Latency(@SerializedName("millis") Duration delay) implements Fault {
    public Latency {
      require(!delay.isNegative(), "a delay is not negative");
    }
  }

  /** No answer; the connection stays open until the client gives up or the emulator closes. */
  record Hang() implements Fault {}

  /** The right answer: the head at once, then one byte of the body after each interval. */
  record Drip(@SerializedName("millis") Duration interval) implements Fault {
    public Drip {
      require(!interval.isNegative(), "an interval is not negative");
    }
  }

  /** The connection is reset before the answer. */
  record Reset() implements Fault {}

  /** The right answer ends after this many bytes of its body, short of its announced length. */
  record Truncated(int bytes) implements Fault {
    public Truncated {
      require(bytes >= 0, "a number of bytes is not negative");
    }
  }

  /**
   * An error in the format of the service, with any status and code.
   *
   * @param message {@code null} for one that says that the error was injected
   */
  record Failure(int status, String code, @Nullable String message) implements Fault {
    public Failure {
      requireStatus(status);
    }

    /** An error with a message that says that it was injected. */
    public Failure(int status, String code) {
      this(status, code, null);
    }
  }

  /** An HTML page under any status, as a load balancer sends it. */
  record Html(int status) implements Fault {
    public Html {
      requireStatus(status);
    }
  }

  /** No body under any status. */
  record Empty(int status) implements Fault {
    public Empty {
      requireStatus(status);
    }
  }

  /** A redirect to another location. */
  record Redirect(String location) implements Fault {
    public Redirect {
      require(location.chars().noneMatch(Character::isISOControl), "a location is one line");
    }
  }

  /**
   * The right answer without its last bracket, so that it is no JSON; the announced length is
   * right.
   */
  record Malformed() implements Fault {}

  /** The right answer without one of its fields; {@code outer.inner} is a field inside another. */
  record Incomplete(String field) implements Fault {}

  /** The right answer with every string made an object and everything else a string. */
  record WrongTypes() implements Fault {}

  /** The right answer with a padding field of this many bytes. */
  record Oversized(int bytes) implements Fault {
    public Oversized {
      require(bytes >= 0, "a number of bytes is not negative");
    }
  }

  /** The error of KMS above its quota. */
  static Fault throttled() {
    return new Failure(429, "Rejected.Throttling");
  }

  /** The error of STS above its quota, as reports show it; the status is an assumption. */
  static Fault throttledSts() {
    return new Failure(400, "Throttling.User");
  }

  private static void requireStatus(int status) {
    require(status >= 200 && status <= 599, "a final status is from 200 to 599");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
