package dev.kmsagent.testkit;

import java.util.LinkedHashMap;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.util.LoggingLevel;

/**
 * Runs the operations of a class on two threads, with Lincheck: in interleavings that it controls
 * (model checking), and in those that the processors cause (stress). Lincheck instruments the
 * classes of the whole program, so a test with it is isolated. It does not follow virtual threads.
 * {@code -Dinterleavings=thorough} runs fifty times as many interleavings.
 */
public final class Interleavings {
  private static final boolean THOROUGH = "thorough".equals(System.getProperty("interleavings"));

  /** Threads do not interfere in methods of values. */
  private static final ManagedStrategyGuarantee VALUES =
      ManagedStrategyGuaranteeKt.forClasses(name -> name.startsWith("dev.kmsagent.domain."))
          .allMethods()
          .ignore();

  /** Threads switch between calls of their methods, not within them. */
  private static final ManagedStrategyGuarantee ATOMIC =
      ManagedStrategyGuaranteeKt.forClasses(
              name ->
                  name.startsWith("com.github.benmanes.caffeine.")
                      || name.equals(LinkedHashMap.class.getName())
                      || name.equals(FakeSecretCache.class.getName()))
          .allMethods()
          .treatAsAtomic();

  private Interleavings() {}

  /**
   * Fails if an operation throws or hangs, if the results are not those of any sequential order of
   * the operations, or if the method with {@code @Validate} throws after the last.
   *
   * @param operations has a constructor without parameters, and methods with {@code @Operation}
   */
  public static void check(Class<?> operations) {
    scaled(new ModelCheckingOptions(), 5, 50)
        .addGuarantee(VALUES)
        .addGuarantee(ATOMIC)
        .check(operations);
    scaled(new StressOptions(), 3, 100).check(operations);
  }

  /** An assertion for operations: Lincheck cannot follow those of AssertJ. */
  public static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }

  private static <O extends Options<O, ?>> O scaled(O options, int scenarios, int runs) {
    return options
        .logLevel(LoggingLevel.ERROR)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(0)
        .iterations(THOROUGH ? 5 * scenarios : scenarios)
        .invocationsPerIteration(THOROUGH ? 10 * runs : runs);
  }
}
