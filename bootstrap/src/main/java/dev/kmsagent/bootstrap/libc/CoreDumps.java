package dev.kmsagent.bootstrap.libc;

import java.lang.foreign.MemorySegment;

/**
 * Core dumps of this process, by the attribute "dumpable" (prctl(2)). Without it the kernel writes
 * none, to a file or to a program, and only root may trace the process or read its memory and its
 * environment in {@code /proc}.
 *
 * <p>A process that cannot read its own program has the value of {@code fs.suid_dumpable} from exec
 * on. That may be 2, with which the kernel still gives dumps to a program (core(5)).
 */
public final class CoreDumps {
  private static final int PR_SET_DUMPABLE = 4;

  private CoreDumps() {}

  /** What became of disabling them. */
  public sealed interface Outcome {
    /** The process is not dumpable. */
    record Disabled() implements Outcome {}

    /** The process is as it was. */
    record Failed(String reason) implements Outcome {}
  }

  /** Disables them for the rest of this process. */
  public static Outcome disable() {
    if (!CFunction.isAllowed()) {
      return new Outcome.Failed("The JVM grants no native access.");
    }
    try {
      int result = (int) CFunction.bind("prctl").invokeExact(PR_SET_DUMPABLE, MemorySegment.NULL);
      return result == 0 ? new Outcome.Disabled() : new Outcome.Failed("prctl fails.");
    } catch (Throwable failure) {
      return new Outcome.Failed("prctl cannot be called: " + failure.getClass().getSimpleName());
    }
  }
}
