package dev.kmsagent.bootstrap.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Functions of the C library that are called as {@code int f(int, void *)}. All are bound with one
 * signature, because the JVM makes code for each signature at run time, in some 20 ms of processor
 * time.
 */
final class CFunction {
  private CFunction() {}

  /** Critical: the call returns at once, and may write to an array on the heap. */
  @SuppressWarnings("restricted") // the launcher grants native access
  static MethodHandle bind(String name) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS),
        Linker.Option.critical(true));
  }

  /** Whether the JVM allows to call functions of the C library. */
  static boolean isAllowed() {
    return CFunction.class.getModule().isNativeAccessEnabled();
  }
}
