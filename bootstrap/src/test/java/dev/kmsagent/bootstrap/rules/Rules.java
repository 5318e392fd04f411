package dev.kmsagent.bootstrap.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;

/** The rules of the house by name, for the rooms below one root package. */
final class Rules {
  private final Rooms rooms;

  Rules(Rooms rooms) {
    this.rooms = rooms;
  }

  Map<String, ArchRule> byName() {
    var rules = new LinkedHashMap<String, ArchRule>();
    for (var room : Rooms.ALL) {
      rules.put(room.name() + " knows only what it may", knowsOnlyWhatItMay(room));
    }
    rules.put("nobody knows bootstrap", nobodyKnowsBootstrap());
    rules.put("only bootstrap knows adapters and use cases", onlyBootstrapKnowsAdapters());
    rules.put("the emulator shares no code with the agent", emulatorIsAlone());
    rules.put("ports are interfaces", portsAreInterfaces());
    rules.put("packages form no cycles", packagesFormNoCycles());
    rules.put("every package is null-marked", Conditions.packagesAreNullMarked());
    rules.put("fields of the inside are final", insideIsFinal());
    rules.put("records hold no arrays", recordsHoldNoArrays());
    rules.put("confidential fields have a type of their own", confidentialFieldsAreTyped());
    rules.put("time is passed in", timeIsPassedIn());
    rules.put("sleep is passed in", sleepIsPassedIn());
    rules.put("chance is passed in", chanceIsPassedIn());
    rules.put("the environment is read in config and bootstrap", environmentIsReadInTwoRooms());
    rules.put("only the command line ends the process", onlyCommandsExit());
    rules.put("only the command line uses the standard streams", onlyCommandsPrint());
    rules.put("nobody uses java.util.logging", noJavaUtilLogging());
    rules.put("nothing is serializable", nothingIsSerializable());
    rules.put("nothing throws bare Exception", nothingThrowsBareException());
    return rules;
  }

  private ArchRule knowsOnlyWhatItMay(Rooms.Room room) {
    return classes()
        .that()
        .resideInAPackage(rooms.of(room.name()))
        .should()
        .onlyDependOnClassesThat(Conditions.resideIn(rooms.knownTo(room)));
  }

  private ArchRule nobodyKnowsBootstrap() {
    return noClasses()
        .that()
        .resideInAPackage(rooms.root() + "..")
        .and()
        .resideOutsideOfPackage(rooms.of("bootstrap"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(rooms.of("bootstrap"));
  }

  /** Who cannot know a class cannot construct it. */
  private ArchRule onlyBootstrapKnowsAdapters() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            rooms.of("adapters"), rooms.of("application"), rooms.of("bootstrap"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms.of("adapters"), rooms.of("application"));
  }

  private ArchRule emulatorIsAlone() {
    return noClasses()
        .that()
        .resideInAPackage(rooms.of("emulator"))
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage(rooms.root() + "..")
                .and(JavaClass.Predicates.resideOutsideOfPackage(rooms.of("emulator"))));
  }

  private ArchRule portsAreInterfaces() {
    return classes()
        .that()
        .resideInAPackage(rooms.of("domain.port"))
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .beInterfaces();
  }

  private ArchRule packagesFormNoCycles() {
    return slices().matching(rooms.root() + ".(**)").should().beFreeOfCycles();
  }

  private ArchRule insideIsFinal() {
    return fields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(rooms.of("domain"), rooms.of("application"))
        .should()
        .beFinal();
  }

  private static ArchRule recordsHoldNoArrays() {
    return fields().that().areDeclaredInClassesThat().areRecords().should(Conditions.notBeArrays());
  }

  private static ArchRule confidentialFieldsAreTyped() {
    return fields().should(Conditions.haveTypesThatHideWhatTheirNamesPromise());
  }

  private ArchRule timeIsPassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(rooms.of("bootstrap"))
        .should(Conditions.readTheClock());
  }

  private ArchRule sleepIsPassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(rooms.of("bootstrap"))
        .should()
        .callMethodWhere(Conditions.callTo(Thread.class, "sleep"));
  }

  private ArchRule chanceIsPassedIn() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(rooms.of("bootstrap"))
        .should(Conditions.makeRandomness());
  }

  private ArchRule environmentIsReadInTwoRooms() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(rooms.of("config"), rooms.of("bootstrap"))
        .should()
        .callMethodWhere(Conditions.callTo(System.class, "getenv"));
  }

  private ArchRule onlyCommandsExit() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(rooms.of("bootstrap.command"))
        .should()
        .callMethodWhere(
            Conditions.callTo(System.class, "exit")
                .or(Conditions.callTo(Runtime.class, "exit"))
                .or(Conditions.callTo(Runtime.class, "halt")));
  }

  private ArchRule onlyCommandsPrint() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(rooms.of("bootstrap.command"))
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
