package dev.kmsagent.bootstrap.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What ArchUnit has no words for. */
final class Conditions {
  private static final List<String> CONFIDENTIAL =
      List.of("secret", "token", "password", "credential", "key");
  private static final Set<String> RAW =
      Set.of("java.lang.String", "byte[]", "char[]", "java.lang.String[]");

  private Conditions() {}

  static DescribedPredicate<JavaClass> resideIn(String... packages) {
    return JavaClass.Predicates.resideInAnyPackage(packages)
        .onResultOf(Conditions::element)
        .or(DescribedPredicate.describe("are primitive", type -> element(type).isPrimitive()));
  }

  private static JavaClass element(JavaClass type) {
    return type.getBaseComponentType();
  }

  static DescribedPredicate<JavaMethodCall> callTo(Class<?> owner, String name) {
    return DescribedPredicate.describe(
        "call " + owner.getSimpleName() + "." + name,
        call -> call.getTargetOwner().isAssignableTo(owner) && call.getName().equals(name));
  }

  static ArchRule packagesAreNullMarked() {
    return classes()
        .should(
            condition(
                "reside in a null-marked package",
                type -> type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")));
  }

  static ArchCondition<JavaField> notBeArrays() {
    return condition("not be arrays", field -> !field.getRawType().isArray());
  }

  /** A name that ends in one of the words, e.g. accessKeySecret, holds more than a constant. */
  static ArchCondition<JavaField> haveTypesThatHideWhatTheirNamesPromise() {
    return condition(
        "not be raw text or bytes when their names promise something confidential",
        field -> !promisesConfidence(field) || !RAW.contains(field.getRawType().getName()));
  }

  private static boolean promisesConfidence(JavaField field) {
    var name = field.getName().toLowerCase(Locale.ROOT).replace("_", "");
    return CONFIDENTIAL.stream().anyMatch(word -> name.endsWith(word) || name.endsWith(word + "s"));
  }

  /** Argument-less now() of any class of java.time, and the two clocks of System. */
  static ArchCondition<JavaClass> readTheClock() {
    return accesses(
        "read the clock",
        either(Conditions::isArgumentlessNow)
            .or(access -> isOf(access, System.class, "currentTimeMillis", "nanoTime")));
  }

  /** The system's clock as an object, and the timer of {@code CompletableFuture}. */
  static ArchCondition<JavaClass> haveClocksOrTimersOfTheirOwn() {
    return accesses(
        "have clocks or timers of their own",
        either(Conditions::isClockOfTheSystem)
            .or(
                access ->
                    isOf(
                        access,
                        CompletableFuture.class,
                        "completeOnTimeout",
                        "orTimeout",
                        "delayedExecutor")));
  }

  private static boolean isClockOfTheSystem(JavaAccess<?> access) {
    return access.getTargetOwner().getPackageName().equals("java.time")
        && access.getName().startsWith("system");
  }

  private static boolean isArgumentlessNow(JavaAccess<?> access) {
    return access instanceof JavaMethodCall call
        && call.getTargetOwner().getPackageName().equals("java.time")
        && call.getName().equals("now")
        && call.getTarget().getRawParameterTypes().isEmpty();
  }

  static ArchCondition<JavaClass> makeRandomness() {
    return accesses(
        "make randomness",
        either(Conditions::isUnseededRandom)
            .or(access -> isOf(access, Random.class, "current"))
            .or(access -> isOf(access, Math.class, "random")));
  }

  /** With a seed it is a sequence that was passed in. */
  private static boolean isUnseededRandom(JavaAccess<?> access) {
    return access instanceof JavaConstructorCall call
        && call.getTargetOwner().isAssignableTo(Random.class)
        && call.getTarget().getRawParameterTypes().isEmpty();
  }

  static ArchCondition<JavaClass> useStandardStreams() {
    return accesses(
        "use the standard streams",
        either(access -> isOf(access, System.class, "in", "out", "err"))
            .or(access -> access.getTargetOwner().isEquivalentTo(IO.class)));
  }

  private static Predicate<JavaAccess<?>> either(Predicate<JavaAccess<?>> predicate) {
    return predicate;
  }

  private static boolean isOf(JavaAccess<?> access, Class<?> owner, String... names) {
    return access.getTargetOwner().isAssignableTo(owner)
        && List.of(names).contains(access.getName());
  }

  /** Enums and exceptions are serializable by their nature. */
  static ArchCondition<JavaClass> notDeclareSerializable() {
    return condition(
        "not declare Serializable",
        type ->
            type.isEnum()
                || type.isAssignableTo(Throwable.class)
                || type.getRawInterfaces().stream()
                    .noneMatch(parent -> parent.isAssignableTo(Serializable.class)));
  }

  /** What the compiler adds to bridge generics repeats the throws clause of what it bridges. */
  static ArchCondition<JavaCodeUnit> notDeclareBareException() {
    return condition(
        "not declare bare Exception",
        unit ->
            unit.getModifiers().contains(JavaModifier.SYNTHETIC)
                || unit.getThrowsClause().stream()
                    .noneMatch(thrown -> thrown.getRawType().isEquivalentTo(Exception.class)));
  }

  private static ArchCondition<JavaClass> accesses(
      String description, Predicate<JavaAccess<?>> banned) {
    return each(
        description,
        type ->
            Stream.of(type.getAccessesFromSelf())
                .flatMap(Collection::stream)
                .filter(banned)
                .map(JavaAccess::getDescription)
                .toList());
  }

  /** For use in a negated rule: every description given counts as a finding. */
  private static ArchCondition<JavaClass> each(
      String description, Function<JavaClass, List<String>> findings) {
    return of(
        description,
        (type, events) ->
            findings
                .apply(type)
                .forEach(found -> events.add(SimpleConditionEvent.satisfied(type, found))));
  }

  private static <T> ArchCondition<T> condition(String description, Predicate<T> holds) {
    return of(
        description,
        (item, events) ->
            events.add(
                new SimpleConditionEvent(item, holds.test(item), item + " should " + description)));
  }

  private static <T> ArchCondition<T> of(String description, BiConsumer<T, ConditionEvents> check) {
    return new ArchCondition<>(description) {
      @Override
      public void check(T item, ConditionEvents events) {
        check.accept(item, events);
      }
    };
  }
}
