package dev.kmsagent.bootstrap.rules;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

  static Collection<ArchRule> rules() {
    return new Rules(MODULES).byName().values();
  }

  static Collection<ArchRule> rulesForThePlanted() {
    return new Rules(PLANTED).byName().values();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void production_code_keeps_the_rule(ArchRule rule) {
    rule.check(PRODUCTION);
  }

  @ParameterizedTest
  @MethodSource("rulesForThePlanted")
  void a_planted_violation_breaks_the_rule(ArchRule rule) {
    assertThat(rule.evaluate(VIOLATIONS).hasViolation()).isTrue();
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
    return Stream.concat(
        MODULES.all().stream(), Stream.of("domain.port", "domain.event", "bootstrap.logging"));
  }
}
