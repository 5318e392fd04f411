package dev.kmsagent.bootstrap.command;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoreDumpsTest {
  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_SET_DUMPABLE = 4;

  @AfterEach
  void enable_again() throws Throwable {
    assertThat(prctl(PR_SET_DUMPABLE, 1)).isZero();
  }

  @Test
  void the_process_is_not_dumpable_once_they_are_disabled() throws Throwable {
    // Tests of commands disable them in this process too.
    assertThat(prctl(PR_SET_DUMPABLE, 1)).isZero();

    assertThat(CoreDumps.disable()).isEmpty();

    assertThat(prctl(PR_GET_DUMPABLE, 0)).isZero();
  }

  @SuppressWarnings("restricted") // Surefire grants native access
  private static int prctl(int option, long value) throws Throwable {
    var linker = Linker.nativeLinker();
    var function =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    return (int) function.invokeExact(option, value);
  }
}
