package dev.kmsagent.bootstrap.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.TOP_LEVEL_CLASSES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The architecture rules by name, for the modules below one root package. */
record Rules(Modules modules) {
  private static final DescribedPredicate<JavaClass> NULL_MARKED =
      describe(
          "in a null-marked package", type -> type.getPackage().isAnnotatedWith(NullMarked.class));
  private static final DescribedPredicate<JavaClass> DECLARED_SERIALIZABLE =
      describe(
          "declared Serializable",
          type ->
              type.getRawInterfaces().stream()
                  .anyMatch(parent -> parent.isAssignableTo(Serializable.class)));

  Map<String, ArchRule> byName() {
    var rules = new LinkedHashMap<String, ArchRule>();
    modules.known().forEach((name, known) -> rules.put(name, knowsOnly(name, known)));
    rules.putAll(dependencies());
    rules.putAll(effects());
    rules.putAll(declarations());
    return rules;
  }

  private ArchRule knowsOnly(String module, String... known) {
    DescribedPredicate<JavaClass> primitive = describe("are primitive", JavaClass::isPrimitive);
    var may = resideInAnyPackage(known).or(primitive).onResultOf(JavaClass::getBaseComponentType);
    return classes()
        .that(resideInAPackage(modules.of(module)))
        .should()
        .onlyDependOnClassesThat(may);
  }

  private Map<String, ArchRule> dependencies() {
    return Map.of(
        "nobody knows bootstrap",
        outside("bootstrap").dependOnClassesThat(resideInAPackage(modules.of("bootstrap"))),
        // Who cannot know a class cannot construct it.
        "only bootstrap knows adapters and use cases",
        outside("adapters", "application", "bootstrap")
            .dependOnClassesThat(resideInAnyPackage(modules.of("adapters", "application"))),
        "the emulator shares no code with the agent",
        noClasses()
            .that(resideInAPackage(modules.of("emulator")))
            .should()
            .dependOnClassesThat(isOutside("emulator")),
        "packages form no cycles",
        slices().matching(modules.root() + ".(**)").should().beFreeOfCycles(),
        // A sealed type knows its cases by `permits` alone, which is no dependency here.
        "files form no cycles",
        slices().assignedFrom(new Files(modules.root())).should().beFreeOfCycles());
  }

  /** What classes may do only in some places, so that a test can pass in something else. */
  private Map<String, ArchRule> effects() {
    return Map.of(
        // The watchdog measures real time; the log is written before there is an agent.
        "time is passed in",
        outside("bootstrap.logging", "bootstrap.wiring.AgentClock", "bootstrap.wiring.Watchdog")
            .accessTargetWhere(
                to(System.class, "currentTimeMillis|nanoTime")
                    .or(describe("now()", Rules::isArgumentlessNow))),
        // So that a test can wire the whole agent with a time of its own. A check is no part of it.
        "clocks and timers are passed in",
        outside(
                "emulator",
                "testkit",
                "bootstrap.logging",
                "bootstrap.check",
                "bootstrap.wiring.AgentClock")
            .accessTargetWhere(
                to(CompletableFuture.class, "completeOnTimeout|orTimeout|delayedExecutor")
                    .or(describe("clocks of the system", Rules::isClockOfTheSystem))),
        "sleep is passed in",
        outside("bootstrap").accessTargetWhere(to(Thread.class, "sleep")),
        "chance is passed in",
        outside("bootstrap")
            .accessTargetWhere(
                to(Random.class, "current")
                    .or(to(Math.class, "random"))
                    .or(describe("unseeded", Rules::isUnseededRandom))),
        // The testkit looks for programs on the path.
        "the environment is read in config and bootstrap",
        outside("config", "bootstrap", "testkit").accessTargetWhere(to(System.class, "getenv")),
        "only the command line ends the process",
        outside("bootstrap.command")
            .accessTargetWhere(to(System.class, "exit").or(to(Runtime.class, "exit|halt"))),
        "only the command line uses the standard streams",
        outside("bootstrap.command")
            .accessTargetWhere(to(System.class, "in|out|err").or(to(IO.class, ".*"))),
        "nobody uses java.util.logging",
        noClasses().should().dependOnClassesThat(resideInAPackage("java.util.logging..")));
  }

  private Map<String, ArchRule> declarations() {
    var isPort = resideInAPackage(modules.of("domain.port")).and(TOP_LEVEL_CLASSES);
    var isInside = resideInAnyPackage(modules.of("domain", "application"));
    return Map.of(
        "ports are interfaces",
        classes().that(isPort).should().beInterfaces(),
        "every package is null-marked",
        classes().should(be(NULL_MARKED)),
        "fields of the inside are final",
        fields().that().areDeclaredInClassesThat(isInside).should().beFinal(),
        "records hold no arrays",
        fields()
            .that()
            .areDeclaredInClassesThat()
            .areRecords()
            .should()
            .notHaveRawType(describe("arrays", JavaClass::isArray)),
        "confidential fields have a type of their own",
        fields()
            .that(describe("have the name of something confidential", Rules::isConfidential))
            .should()
            .notHaveRawType(describe("text or bytes", Rules::isTextOrBytes)),
        "nothing is serializable",
        noClasses().should(be(DECLARED_SERIALIZABLE)),
        // What the compiler adds to bridge generics repeats the throws clause of what it bridges.
        "nothing throws bare Exception",
        codeUnits()
            .that()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should()
            .notDeclareThrowableOfType(Exception.class));
  }

  private ClassesShould outside(String... places) {
    return noClasses().that(isOutside(places)).should();
  }

  /** Of the modules, but in none of these packages, and none of these classes. */
  private DescribedPredicate<JavaClass> isOutside(String... places) {
    var root = modules.root() + ".";
    return describe(
        "outside " + List.of(places),
        type -> {
          var name = (type.getName() + ".").replace('$', '.');
          return name.startsWith(root)
              && Stream.of(places).noneMatch(place -> name.startsWith(root + place + "."));
        });
  }

  /** One slice for each top-level type below {@code root}, that is, for each file. */
  private record Files(String root) implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return type.getPackageName().startsWith(root)
          ? SliceIdentifier.of(type.getName().replaceFirst("[$].*", ""))
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "the files below " + root;
    }
  }

  private static DescribedPredicate<JavaAccess<?>> to(Class<?> owner, String names) {
    return describe(
        owner.getSimpleName() + "." + names,
        access -> access.getTargetOwner().isAssignableTo(owner) && access.getName().matches(names));
  }

  private static boolean isArgumentlessNow(JavaAccess<?> access) {
    return access instanceof JavaCodeUnitAccess<?> call
        && call.getTargetOwner().getPackageName().equals("java.time")
        && call.getName().equals("now")
        && call.getTarget().getRawParameterTypes().isEmpty();
  }

  private static boolean isClockOfTheSystem(JavaAccess<?> access) {
    return access.getTargetOwner().getPackageName().equals("java.time")
        && access.getName().startsWith("system");
  }

  /** With a seed it is a sequence that was passed in. */
  private static boolean isUnseededRandom(JavaAccess<?> access) {
    return access instanceof JavaConstructorCall call
        && call.getTargetOwner().isAssignableTo(Random.class)
        && call.getTarget().getRawParameterTypes().isEmpty();
  }

  /** A name that ends in one of the words, e.g. accessKeySecret, holds more than a constant. */
  private static boolean isConfidential(JavaField field) {
    var name = field.getName().toLowerCase(Locale.ROOT);
    return name.matches(".*(secret|token|password|credential|key)s?");
  }

  private static boolean isTextOrBytes(JavaClass type) {
    var element = type.getBaseComponentType().getName();
    return element.equals("java.lang.String") || (type.isArray() && element.matches("byte|char"));
  }
}
