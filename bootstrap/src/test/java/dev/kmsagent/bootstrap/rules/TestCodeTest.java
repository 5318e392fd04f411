package dev.kmsagent.bootstrap.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static dev.kmsagent.testkit.TestCode.DOES_NOT_MEASURE_REAL_TIME;
import static dev.kmsagent.testkit.TestCode.DOES_NOT_SLEEP;
import static dev.kmsagent.testkit.TestCode.LIMITS_NO_REAL_TIME;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.kmsagent.testkit.TestCode;
import dev.kmsagent.testkit.TestCode.Exemption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The rules for test code of all modules that are built before this one, and of this one. */
final class TestCodeTest {
  private static final String PLANTED = "dev.kmsagent.bootstrap.rules.planted";

  static final List<Path> FOLDERS =
      new Modules("dev.kmsagent")
          .all().stream()
              .map(module -> module.replace('.', '-'))
              .map(TestCodeTest::folder)
              .toList();

  static final List<Exemption> EXEMPTIONS =
      List.of(
          exempt(DOES_NOT_MEASURE_REAL_TIME, "soak", "Its judge says what is due at which time."),
          exempt(LIMITS_NO_REAL_TIME, "soak", "Its loops pause until the soak ends."),
          exempt(DOES_NOT_MEASURE_REAL_TIME, "drill", "It reports when alerts fire."),
          exempt(DOES_NOT_SLEEP, "drill", "It looks at alerts again and again."),
          exempt(DOES_NOT_SLEEP, "attack.CachedReads", "Reads beside an attack leave it room."),
          exempt(DOES_NOT_MEASURE_REAL_TIME, "attack", "Attacks last, and reads are timed."),
          exempt(
              DOES_NOT_MEASURE_REAL_TIME,
              "wiring.SystemSchedulerTest",
              "A timer of the system must not end too soon; how late it may end is left open."));

  private static Exemption exempt(TestCode rule, String place, String reason) {
    return new Exemption(rule, "dev.kmsagent.bootstrap." + place, reason);
  }

  private static final JavaClasses CLASSES =
      TestCode.classes(
          new ClassFileImporter()
              .withImportOption(location -> !location.contains(PLANTED.replace('.', '/'))),
          FOLDERS);

  private static final JavaClasses VIOLATIONS =
      TestCode.classes(
          new ClassFileImporter(), List.of(folder("bootstrap").resolve(PLANTED.replace('.', '/'))));

  private static Path folder(String module) {
    var isTestCode = module.equals("testkit");
    return Path.of("..", module, "target", isTestCode ? "classes" : "test-classes");
  }

  @ParameterizedTest
  @EnumSource
  void test_code_keeps_the_rule(TestCode rule) {
    rule.except(EXEMPTIONS).check(CLASSES);
  }

  @ParameterizedTest
  @EnumSource
  void a_planted_violation_breaks_the_rule(TestCode rule) {
    assertThat(rule.except(EXEMPTIONS).evaluate(VIOLATIONS).hasViolation()).isTrue();
  }

  @ParameterizedTest
  @FieldSource("EXEMPTIONS")
  void each_exemption_is_needed(Exemption exemption) {
    var exempt = CLASSES.that(describe("are exempt", exemption::covers));

    assertThat(exemption.rule().except(List.of()).evaluate(exempt).hasViolation()).isTrue();
  }

  @ParameterizedTest
  @FieldSource("FOLDERS")
  void each_module_has_test_classes(Path folder) {
    assertThat(folder).isNotEmptyDirectory();
  }
}
