package dev.kmsagent.clients;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.kmsagent.testkit.TestCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rules for the test code of this module, which is built after those of the others, and of the
 * Java client: an IT, so that one JVM runs all tests of the module.
 */
final class TestCodeIT {
  private static final JavaClasses CLASSES =
      TestCode.classes(
          new ClassFileImporter(),
          List.of(
              Path.of("target", "test-classes"),
              Path.of("..", "client-java", "target", "test-classes")));

  @ParameterizedTest
  @EnumSource
  void test_code_keeps_the_rule(TestCode rule) {
    rule.except(List.of()).check(CLASSES);
  }
}
