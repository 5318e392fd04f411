package dev.kmsagent.bootstrap.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.LinkedHashMap;
import java.util.Map;

/** The architecture rules by name, for the modules below one root package. */
final class Rules {
  private final Modules modules;

  Rules(Modules modules) {
    this.modules = modules;
  }

  Map<String, ArchRule> byName() {
    var rules = new LinkedHashMap<String, ArchRule>();
    for (var module : Modules.ALL) {
      rules.put(module.name() + " knows only what it may", knowsOnlyWhatItMay(module));
    }
    rules.put("nobody knows bootstrap", nobodyKnowsBootstrap());
    rules.put("only bootstrap knows adapters and use cases", onlyBootstrapKnowsAdapters());
    rules.put("the emulator shares no code with the agent", emulatorIsAlone());
    rules.put("ports are interfaces", portsAreInterfaces());
    rules.put("packages form no cycles", packagesFormNoCycles());
    rules.put("files form no cycles", filesFormNoCycles());
    rules.put("every package is null-marked", Conditions.packagesAreNullMarked());
    rules.put("fields of the inside are final", insideIsFinal());
    rules.put("records hold no arrays", recordsHoldNoArrays());
    rules.put("confidential fields have a type of their own", confidentialFieldsAreTyped());
    rules.put("time is passed in", timeIsPassedIn());
    rules.put("clocks and timers are passed in", clocksAndTimersArePassedIn());
    rules.put("sleep is passed in", sleepIsPassedIn());
    rules.put("chance is passed in", chanceIsPassedIn());
    rules.put("the environment is read in config and bootstrap", environmentIsReadInTwoModules());
    rules.put("only the command line ends the process", onlyCommandsExit());
    rules.put("only the command line uses the standard streams", onlyCommandsPrint());
    rules.put("nobody uses java.util.logging", noJavaUtilLogging());
    rules.put("nothing is serializable", nothingIsSerializable());
    rules.put("nothing throws bare Exception", nothingThrowsBareException());
    return rules;
  }

  private ArchRule knowsOnlyWhatItMay(Modules.Module module) {
    return classes()
        .that()
        .resideInAPackage(modules.of(module.name()))
        .should()
        .onlyDependOnClassesThat(Conditions.resideIn(modules.knownTo(module)));
  }

  private ArchRule nobodyKnowsBootstrap() {
    return noClasses()
        .that()
        .resideInAPackage(modules.root() + "..")
        .and()
        .resideOutsideOfPackage(modules.of("bootstrap"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(modules.of("bootstrap"));
  }

  /** Who cannot know a class cannot construct it. */
  private ArchRule onlyBootstrapKnowsAdapters() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            modules.of("adapters"), modules.of("application"), modules.of("bootstrap"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(modules.of("adapters"), modules.of("application"));
  }

  private ArchRule emulatorIsAlone() {
    return noClasses()
        .that()
        .resideInAPackage(modules.of("emulator"))
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage(modules.root() + "..")
                .and(JavaClass.Predicates.resideOutsideOfPackage(modules.of("emulator"))));
  }

  private ArchRule portsAreInterfaces() {
    return classes()
        .that()
        .resideInAPackage(modules.of("domain.port"))
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .beInterfaces();
  }

  private ArchRule packagesFormNoCycles() {
    return slices().matching(modules.root() + ".(**)").should().beFreeOfCycles();
  }

  /** A sealed type knows its cases by {@code permits} alone, which is no dependency here. */
  private ArchRule filesFormNoCycles() {
    return slices().assignedFrom(new Files(modules.root())).should().beFreeOfCycles();
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

  private ArchRule insideIsFinal() {
    return fields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(modules.of("domain"), modules.of("application"))
        .should()
        .beFinal();
  }

  private static ArchRule recordsHoldNoArrays() {
    return fields().that().areDeclaredInClassesThat().areRecords().should(Conditions.notBeArrays());
  }

  private static ArchRule confidentialFieldsAreTyped() {
    return fields().should(Conditions.haveTypesThatHideWhatTheirNamesPromise());
  }

  /** The watchdog measures real time; the log is written before there is an agent. */
  private ArchRule timeIsPassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(modules.of("bootstrap.logging"))
        .and()
        .doNotHaveSimpleName("AgentClock")
        .and()
        .doNotHaveSimpleName("Watchdog")
        .should(Conditions.readTheClock());
  }

  /** So that a test can wire the whole agent with a time of its own. A check is no part of it. */
  private ArchRule clocksAndTimersArePassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            modules.of("emulator"),
            modules.of("testkit"),
            modules.of("bootstrap.logging"),
            modules.of("bootstrap.check"))
        .and()
        .doNotHaveSimpleName("AgentClock")
        .should(Conditions.haveClocksOrTimersOfTheirOwn());
  }

  private ArchRule sleepIsPassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(modules.of("bootstrap"))
        .should()
        .callMethodWhere(Conditions.callTo(Thread.class, "sleep"));
  }

  private ArchRule chanceIsPassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(modules.of("bootstrap"))
        .should(Conditions.makeRandomness());
  }

  /** The testkit looks for programs on the path. */
  private ArchRule environmentIsReadInTwoModules() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            modules.of("config"), modules.of("bootstrap"), modules.of("testkit"))
        .should()
        .callMethodWhere(Conditions.callTo(System.class, "getenv"));
  }

  private ArchRule onlyCommandsExit() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(modules.of("bootstrap.command"))
        .should()
        .callMethodWhere(
            Conditions.callTo(System.class, "exit")
                .or(Conditions.callTo(Runtime.class, "exit"))
                .or(Conditions.callTo(Runtime.class, "halt")));
  }

  private ArchRule onlyCommandsPrint() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(modules.of("bootstrap.command"))
        .should(Conditions.useStandardStreams());
  }

  private static ArchRule noJavaUtilLogging() {
    return noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");
  }

  private static ArchRule nothingIsSerializable() {
    return classes().should(Conditions.notDeclareSerializable());
  }

  private static ArchRule nothingThrowsBareException() {
    return codeUnits().should(Conditions.notDeclareBareException());
  }
}
