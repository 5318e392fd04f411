package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.assertj.core.groups.Tuple.tuple;

import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.config.KmsConfig;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FetchOutcome.Listed;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The real SDK against the emulator, beyond the contract of the port. */
final class AliyunKmsCallsTest {
  private static final SecretQuery QUERY = Secrets.current("a");
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Rig rig = new Rig();
  private KmsEmulator emulator;
  private Rig.Kms source;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").start();
    source = rig.source(settings(), Rig.accessKey("ak", "sk"));
  }

  @AfterEach
  void stop() throws IOException {
    source.close();
    rig.close();
    emulator.close();
  }

  @Nested
  final class Lists {
    private final SecretQuery all = new SecretQuery(QUERY.name(), new VersionSelector.All());

    @Test
    void have_every_version_with_its_date_also_one_without_a_stage() {
      emulator.secrets().create("a", "1").put("a", "v2", "2").put("a", "v3", "3");
      assertThat(fetch(all))
          .asInstanceOf(type(Listed.class))
          .extracting(listed -> listed.versions().stream().map(it -> it.id().value()).toList())
          .isEqualTo(List.of("v1", "v2", "v3"));
    }

    @Test
    void of_what_does_not_exist_are_refused_and_say_nothing_of_the_secret() {
      assertThat(fetch(all))
          .asInstanceOf(type(Refused.class))
          .extracting(Refused::scope)
          .isEqualTo(Refused.Scope.QUERY);
    }
  }

  @Nested
  final class Requests {
    @Test
    void are_signed_with_version_3() {
      emulator.secrets().create("a", "text");
      fetched(QUERY);
      assertThat(emulator.calls().latest())
          .extracting(Call::scheme, Call::accessKeyId)
          .containsExactly(tuple(SignatureScheme.V3, "ak"));
    }

    @Test
    void name_a_version_by_its_id_or_its_stage() {
      emulator.secrets().create("a", "old").put("a", "v2", "new");
      assertThat(fetched(Secrets.byId("a", "v1")).value()).isEqualTo(SecretValue.of("old"));
      assertThat(fetched(Secrets.byStage("a", "ACSPrevious")).value())
          .isEqualTo(SecretValue.of("old"));
      assertThat(fetched(QUERY).value()).isEqualTo(SecretValue.of("new"));
    }

    @Test
    void are_understood_whatever_the_name_of_the_secret() {
      var name = "app/a b+c*d~e%2F&f=g?h#密";
      emulator.secrets().create(name, "text");
      assertThat(fetched(Secrets.current(name)).name().value()).isEqualTo(name);
    }

    @Test
    void are_each_signed_anew() {
      emulator.secrets().create("a", "text");
      fetched(QUERY);
      fetched(QUERY);
      assertThat(emulator.calls().total()).isEqualTo(2);
    }
  }

  @Nested
  final class Answers {
    @Test
    void keep_what_else_kms_said() {
      emulator.secrets().create("a", "text");
      var secret = fetched(QUERY);
      var call = emulator.calls().latest().getFirst();
      assertThat(secret.attribute(SecretAttribute.REQUEST_ID)).contains(call.requestId());
      assertThat(secret.attribute(SecretAttribute.SECRET_TYPE)).contains("Generic");
      assertThat(secret.attribute(SecretAttribute.CREATE_TIME)).isPresent();
    }

    @Test
    void that_a_version_is_not_there_are_about_that_version_alone() {
      emulator.secrets().create("a", "text");
      assertThat(fetch(Secrets.byId("a", "v9")))
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.scope()).isEqualTo(Refused.Scope.QUERY));
    }

    @Test
    void that_a_secret_is_not_there_are_about_all_of_it() {
      assertThat(fetch(QUERY))
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> {
                assertThat(refused.scope()).isEqualTo(Refused.Scope.SECRET);
                assertThat(refused.error().code()).isEqualTo("Forbidden.ResourceNotFound");
              });
    }
  }

  @Nested
  final class Credentials {
    @Test
    void that_are_wrong_are_about_ourselves_and_not_about_the_secret() {
      emulator.secrets().create("a", "text");
      var outcome = fetchAs(Rig.accessKey("ak", "wrong"));
      assertThat(outcome)
          .isInstanceOfSatisfying(
              IdentityRefused.class,
              refused -> assertThat(refused.code()).isEqualTo("SignatureDoesNotMatch"));
    }

    @Test
    void that_are_unknown_are_so_too_although_kms_says_404() {
      assertThat(fetchAs(Rig.accessKey("nobody", "sk")))
          .isInstanceOfSatisfying(
              IdentityRefused.class,
              refused -> assertThat(refused.code()).startsWith("InvalidAccessKeyId"));
    }

    @Test
    void may_be_temporary() {
      emulator.secrets().create("a", "text");
      var until = InstantSource.system().instant().plusSeconds(900);
      emulator.accessKeys().add(AccessKey.temporary("sts", "sk2", "token", until));
      var temporary = new AccessKeyCredentials(SigningKey.temporary("sts", "sk2", "token"));
      assertThat(fetchAs(temporary)).isInstanceOf(Fetched.class);
    }

    @Test
    void that_are_missing_say_why_and_kms_is_not_asked() {
      NoSecret reason = new IdentityRefused("", "Set something.");
      assertThat(fetchAs(with(CompletableFuture.completedStage(new Outcome.Missing(reason)))))
          .isEqualTo(reason);
      assertThat(emulator.calls().total()).isZero();
    }

    @Test
    void that_hang_end_at_the_deadline_and_are_then_of_no_use() {
      var late = new CompletableFuture<Outcome>();
      try (var hanging = rig.source(settings(), with(late))) {
        assertThat(Rig.fetch(hanging, QUERY, SHORT))
            .isInstanceOfSatisfying(
                Unavailable.class,
                late1 -> assertThat(late1.cause()).isEqualTo(Unavailable.Cause.DEADLINE));
        late.complete(new Outcome.Obtained(SigningKey.longLived("ak", "sk")));
        rig.close();
        assertThat(emulator.calls().total()).isZero();
      }
    }

    @Test
    void that_throw_do_not_harm_the_caller() {
      var outcome =
          fetchAs(with(CompletableFuture.failedStage(new IllegalStateException("confidential"))));
      assertThat(outcome).isInstanceOf(Unavailable.class);
      assertThat(outcome.toString()).doesNotContain("confidential");
    }

    private FetchOutcome fetchAs(CredentialsProvider credentials) {
      try (var other = rig.source(settings(), credentials)) {
        return Rig.fetch(other, QUERY);
      }
    }

    private static CredentialsProvider with(CompletionStage<Outcome> outcome) {
      return new CredentialsProvider() {
        @Override
        public CompletionStage<Outcome> obtain() {
          return outcome;
        }

        @Override
        public CompletionStage<Refresh> refresh(SigningKey refused) {
          return CompletableFuture.completedStage(new Refresh.Unchanged());
        }

        @Override
        public Optional<Principal> principal() {
          return Optional.empty();
        }

        @Override
        public void close() {}
      };
    }
  }

  @Nested
  final class Closed {
    @Test
    void it_breaks_off_what_is_under_way() {
      emulator.faults().add(new Fault.Hang());
      var stage = source.fetch(QUERY, InstantSource.system().instant().plusSeconds(60));
      source.close();
      assertThat(stage.toCompletableFuture().join()).isInstanceOf(Unavailable.class);
    }

    @Test
    void it_answers_nothing_any_more() {
      source.close();
      assertThat(fetch(QUERY)).isInstanceOf(Unavailable.class);
    }
  }

  private KmsConfig.Transport settings() {
    return Rig.settings(URI.create("http://" + emulator.endpoint()));
  }

  private FetchOutcome fetch(SecretQuery query) {
    return Rig.fetch(source, query);
  }

  private Secret fetched(SecretQuery query) {
    return assertThat(fetch(query)).asInstanceOf(type(Fetched.class)).actual().secret();
  }
}
