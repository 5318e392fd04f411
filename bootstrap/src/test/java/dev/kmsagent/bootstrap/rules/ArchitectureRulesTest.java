package dev.kmsagent.bootstrap.rules;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureRulesTest {
  private static final Modules MODULES = new Modules("dev.kmsagent");
  private static final Modules PLANTED = new Modules("dev.kmsagent.bootstrap.rules.planted");
  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages(MODULES.root());
  private static final JavaClasses VIOLATIONS =
      new ClassFileImporter().importPackages(PLANTED.root());

  static Stream<Arguments> rules() {
    return arguments(new Rules(MODULES).byName());
  }

  static Stream<Arguments> rulesForThePlanted() {
    return arguments(new Rules(PLANTED).byName());
  }

  private static Stream<Arguments> arguments(Map<String, ArchRule> rules) {
    return rules.entrySet().stream().map(rule -> Arguments.of(rule.getKey(), rule.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void production_code_keeps_the_rule(String name, ArchRule rule) {
    rule.check(PRODUCTION);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rulesForThePlanted")
  void a_planted_violation_breaks_the_rule(String name, ArchRule rule) {
    assertThat(rule.evaluate(VIOLATIONS).hasViolation()).as(name).isTrue();
  }

  @Test
  void a_confidential_field_may_be_neither_text_nor_bytes() {
    var rule = new Rules(PLANTED).byName().get("confidential fields have a type of their own");

    assertThat(requireNonNull(rule).evaluate(VIOLATIONS).getFailureReport().getDetails())
        .anyMatch(violation -> violation.contains("Raw.accessToken"))
        .anyMatch(violation -> violation.contains("RawBytes.accessKey"));
  }

  /** A rule about a package that does not exist passes in silence. */
  @ParameterizedTest
  @MethodSource("packages")
  void every_package_that_a_rule_names_has_classes(String name) {
    assertThat(PRODUCTION)
        .anyMatch(type -> type.getPackageName().startsWith(MODULES.root() + "." + name));
  }

  static Stream<String> packages() {
    return Stream.concat(MODULES.all().stream(), Stream.of("domain.port", "bootstrap.logging"));
  }
}
