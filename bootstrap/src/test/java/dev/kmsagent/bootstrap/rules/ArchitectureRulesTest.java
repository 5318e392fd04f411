package dev.kmsagent.bootstrap.rules;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.kmsagent.adapters.kms.credentials.CredentialTypes;
import dev.kmsagent.config.CredentialSource;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** The last name between angle brackets, without package, outer class and parameters. */
  private static final Pattern LAST_NAME =
      Pattern.compile(".*<(?:[a-z]+\\.)*(?:\\w+[$])?([\\w.]+)[(>].*");

  /** What each rule finds: a class or a member that breaks it, or what they must not know. */
  private static final String PLANTED_VIOLATIONS =
      """
      domain: Gson Gson.new
      application: HttpAdapter
      adapters.http: KmsAdapter Loader
      adapters.kms: HttpAdapter Loader
      adapters.cache: Loader
      adapters.files: Loader
      adapters.telemetry: Loader
      config: SecretSource
      emulator: KmsAdapter
      testkit: Anything KnowsAnAdapter
      nobody knows bootstrap: Anything Anything
      only bootstrap knows adapters and use cases: KmsAdapter KnowsAnAdapter
      the emulator shares no code with the agent: KmsAdapter
      packages form no cycles: KmsAdapter HttpAdapter
      files form no cycles: KmsAdapter HttpAdapter KnowsBack SharesCode
      time is passed in: System.currentTimeMillis System.nanoTime Instant.now
      clocks and timers are passed in: Clock.systemUTC InstantSource.system
      clocks and timers are passed in: CompletableFuture.completeOnTimeout
      clocks and timers are passed in: CompletableFuture.delayedExecutor CompletableFuture.orTimeout
      sleep is passed in: Thread.sleep
      chance is passed in: Math.random Random.new ThreadLocalRandom.current
      the environment is read in config and bootstrap: System.getenv
      only the command line ends the process: Runtime.exit Runtime.halt System.exit
      only the command line uses the standard streams: IO.println System.in System.out System.err
      nobody uses java.util.logging: Logger Logger.getLogger
      ports are interfaces: NoInterface
      every package is null-marked: Anything CacheAdapter FilesAdapter HttpAdapter KmsAdapter
      every package is null-marked: KnowsAnAdapter
      every package is null-marked: KnowsBack KnowsBootstrap KnowsAPort Loader Misdeeds
      every package is null-marked: Mutable NoInterface Raw Sent SharesCode TelemetryAdapter
      fields of the inside are final: KnowsAnAdapter.count Mutable.count
      records hold no arrays: Raw.keys Raw.passwords Raw.secret
      confidential fields have a type of their own: Raw.API_KEY Raw.accessToken Raw.credential
      confidential fields have a type of their own: Raw.keys Raw.passwords Raw.secret
      nothing is serializable: Sent
      nothing throws bare Exception: Misdeeds.fail Misdeeds.new
      """;

  static Set<String> names() {
    return new Rules(MODULES).byName().keySet();
  }

  private static ArchRule rule(String name, Modules modules) {
    return requireNonNull(new Rules(modules).byName().get(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void production_code_keeps_the_rule(String name) {
    rule(name, MODULES).check(PRODUCTION);
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_rule_finds_each_planted_violation_and_nothing_else(String name) {
    var found =
        rule(name, PLANTED).evaluate(VIOLATIONS).getFailureReport().getDetails().stream()
            .flatMap(String::lines)
            .map(line -> LAST_NAME.matcher(line.replace("<init>", "new")))
            .filter(Matcher::matches);
    var planted =
        PLANTED_VIOLATIONS
            .lines()
            .filter(line -> line.startsWith(name + ": "))
            .flatMap(line -> Stream.of(line.substring(name.length() + 2).split(" ")));

    assertThat(found.map(it -> it.group(1))).containsExactlyInAnyOrderElementsOf(planted.toList());
  }

  /** A rule about a package that does not exist passes in silence. */
  @ParameterizedTest
  @MethodSource("packages")
  void every_package_that_a_rule_names_has_classes(String name) {
    assertThat(PRODUCTION)
        .anyMatch(type -> type.getPackageName().startsWith(MODULES.root() + "." + name));
  }

  /** A switch, for which the compiler would ask, would take time at each start. */
  @Test
  void each_credential_type_of_the_configuration_is_registered() {
    assertThat(PRODUCTION.get(CredentialTypes.class).getInstanceofChecks())
        .<Class<?>>extracting(check -> check.getRawType().reflect())
        .containsExactlyInAnyOrder(CredentialSource.class.getPermittedSubclasses());
  }

  static Stream<String> packages() {
    return Stream.concat(
        MODULES.all().stream(), Stream.of("domain.port", "domain.event", "bootstrap.logging"));
  }
}
