package dev.kmsagent.bootstrap.command;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Core dumps of this process, by the attribute "dumpable" (prctl(2)). Without it the kernel writes
 * none, to a file or to a program, and only root may trace the process or read its memory and its
 * environment in {@code /proc}.
 *
 * <p>A process that cannot read its own program has the value of {@code fs.suid_dumpable} from exec
 * on. That may be 2, with which the kernel still gives dumps to a program (core(5)); with 0 nothing
 * is left to do, which saves the JVM's preparation of a call of C.
 */
final class CoreDumps {
  private static final int PR_SET_DUMPABLE = 4;

  private CoreDumps() {}

  /** Disables them for the rest of this process; gives the reason where that fails. */
  static Optional<String> disable() {
    return areDisabled() ? Optional.empty() : callPrctl();
  }

  /** The kernel gives the files of a process without dumps to root (proc_pid(5)). */
  private static boolean areDisabled() {
    var process = Path.of("/proc/self");
    try {
      var owner = Files.getAttribute(process.resolve("environ"), "unix:uid");
      return !owner.equals(Files.getAttribute(process, "unix:uid"))
          && Files.readString(Path.of("/proc/sys/fs/suid_dumpable")).strip().equals("0");
    } catch (IOException _) {
      return false;
    }
  }

  private static Optional<String> callPrctl() {
    if (!CoreDumps.class.getModule().isNativeAccessEnabled()) {
      return Optional.of("The JVM grants no native access.");
    }
    try {
      int result = (int) prctl().invokeExact(PR_SET_DUMPABLE, MemorySegment.NULL);
      return result == 0 ? Optional.empty() : Optional.of("prctl fails.");
    } catch (Throwable failure) {
      return Optional.of("prctl cannot be called: " + failure.getClass().getSimpleName());
    }
  }

  @SuppressWarnings("restricted") // the launcher grants native access
  private static MethodHandle prctl() {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("prctl"),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS),
        Linker.Option.critical(true));
  }
}
