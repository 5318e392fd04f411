package dev.kmsagent.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The rules that keep tests independent of how fast a machine is. {@link Patience} and {@link
 * VirtualTime} wait for them, {@link SystemCommand} runs commands for them: these three may do it.
 */
public enum TestCode {
  DOES_NOT_SLEEP,
  DOES_NOT_SPIN,
  DOES_NOT_MEASURE_REAL_TIME,
  LIMITS_NO_REAL_TIME,
  STARTS_NO_PROCESS;

  private static final List<String> HOME =
      List.of(Patience.class.getName(), VirtualTime.class.getName(), SystemCommand.class.getName());

  private static final String WAITS =
      "await|awaitTermination|completeOnTimeout|get|invokeA\\w+|join|offer|orTimeout|poll"
          + "|tryAcquire|tryLock|wait|waitFor";

  /**
   * Test code that may break a rule.
   *
   * @param place a package with those below it, or a class with those within it
   * @param reason why it has to
   */
  public record Exemption(TestCode rule, String place, String reason) {
    /** Whether it is for this class. */
    public boolean covers(JavaClass type) {
      return (type.getName() + ".").replace('$', '.').startsWith(place + ".");
    }
  }

  /** Reads the classes in folders; of what they call the rules need no more than its name. */
  public static JavaClasses classes(ClassFileImporter importer, Collection<Path> folders) {
    return ArchConfiguration.withThreadLocalScope(
        configuration -> {
          configuration.setResolveMissingDependenciesFromClassPath(false);
          return importer.importPaths(folders);
        });
  }

  /** The rule, for all but what is exempt from it. */
  public ArchRule except(List<Exemption> exemptions) {
    return noClasses()
        .that(DescribedPredicate.describe("are not exempt", type -> !isExempt(type, exemptions)))
        .should(condition());
  }

  private boolean isExempt(JavaClass type, List<Exemption> exemptions) {
    return HOME.contains(type.getName())
        || exemptions.stream().anyMatch(it -> it.rule() == this && it.covers(type));
  }

  private ArchCondition<JavaClass> condition() {
    return new ArchCondition<>("break the rule " + name()) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        type.getAccessesFromSelf().stream()
            .filter(TestCode.this::bans)
            .map(access -> SimpleConditionEvent.satisfied(type, access.getDescription()))
            .forEach(events::add);
      }
    };
  }

  private boolean bans(JavaAccess<?> access) {
    return switch (this) {
      case DOES_NOT_SLEEP ->
          is(access, Thread.class, "sleep") || is(access, LockSupport.class, "park\\w+");
      case DOES_NOT_SPIN -> is(access, Thread.class, "onSpinWait|yield");
      case DOES_NOT_MEASURE_REAL_TIME -> is(access, System.class, "nanoTime|currentTimeMillis");
      case LIMITS_NO_REAL_TIME -> isTimedWait(access) || isAssertedTime(access);
      case STARTS_NO_PROCESS ->
          is(access, ProcessBuilder.class, "start") || is(access, Runtime.class, "exec");
    };
  }

  private static boolean is(JavaAccess<?> access, Class<?> owner, String name) {
    return access.getTargetOwner().isEquivalentTo(owner) && access.getName().matches(name);
  }

  /** A wait that ends by itself. */
  private static boolean isTimedWait(JavaAccess<?> access) {
    return access.getTargetOwner().getPackageName().matches("java\\.(lang|util\\.concurrent.*)")
        && access.getName().matches(WAITS)
        && access instanceof JavaCodeUnitAccess<?> call
        && call.getTarget().getRawParameterTypes().stream()
            .anyMatch(it -> it.getName().matches("long|java\\.time\\.Duration"));
  }

  private static boolean isAssertedTime(JavaAccess<?> access) {
    return access.getTargetOwner().getPackageName().matches("org\\.(assertj|junit)\\..*")
        && access.getName().matches("(succeeds|fails)Within|assertTimeout\\w*");
  }
}
