package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What KMS's answers do to values that are cached and fresh. */
@ExtendWith(Agents.Shared.class)
final class EvictionIT {
  private final Cloud cloud;
  private final AgentClient client;
  private final String name;

  EvictionIT(Agents agents) {
    cloud = agents.cloud();
    client = agents.answering(ResponseType.KMS).client();
    name = cloud.newSecret("old");
  }

  @Test
  void a_refresh_that_fails_for_a_while_changes_nothing() {
    client.secret(name);
    cloud.fail(name, new Fault.Reset());

    assertThat(client.refreshed(name).verdict()).isEqualTo("502 UpstreamUnavailable");
    assertThat(client.secret(name).cacheStatus()).isEqualTo("hit");
  }

  @Test
  void a_refresh_replaces_what_is_cached() {
    client.secret(name);
    cloud.emulator().secrets().put(name, "v2", "new");

    assertThat(client.refreshed(name).text("SecretData")).isEqualTo("new");
    assertThat(client.secret(name).text("SecretData")).isEqualTo("new");
    assertThat(client.secret(name).cacheStatus()).isEqualTo("hit");
  }

  @Test
  void a_refresh_by_name_makes_the_value_cached_by_arn_lapse() {
    var arn = "acs:kms:cn-hangzhou:1234567890123456:secret/" + name;
    assertThat(client.secret(arn).text("SecretData")).isEqualTo("old");
    cloud.emulator().secrets().put(name, "v2", "new");

    client.refreshed(name);

    assertThat(client.secret(arn).text("SecretData")).isEqualTo("new");
  }

  @Test
  void a_revoked_secret_is_gone_in_every_version_and_spelling() {
    var others =
        new String[] {
          name + "&versionId=v1",
          name + "&versionStage=ACSPrevious",
          "acs:kms:cn-hangzhou:1234567890123456:secret/" + name
        };
    cloud.emulator().secrets().put(name, "v2", "new");
    client.secret(name);
    for (var other : others) {
      assertThat(client.secret(other).status()).isEqualTo(200);
    }

    cloud.emulator().secrets().deny(name);
    assertThat(client.refreshed(name).verdict()).isEqualTo("403 Forbidden.NoPermission");

    assertThat(client.secret(name).verdict()).isEqualTo("403 Forbidden.NoPermission");
    for (var other : others) {
      assertThat(client.secret(other).verdict()).isEqualTo("403 Forbidden.NoPermission");
    }
  }

  @Test
  void a_version_that_is_missing_says_nothing_of_the_secret() {
    client.secret(name);

    assertThat(client.refreshed(name + "&versionId=v9").verdict())
        .isEqualTo("404 Forbidden.ResourceNotFound");
    assertThat(client.secret(name).cacheStatus()).isEqualTo("hit");
  }

  @Test
  void a_refusal_is_remembered_for_a_while() {
    var missing = cloud.missingSecret();

    client.secret(missing);
    client.secret(missing);

    assertThat(cloud.calls(missing)).isOne();
  }

  @Test
  void a_refresh_asks_in_spite_of_a_refusal_that_is_remembered() {
    cloud.emulator().secrets().deny(name);
    client.secret(name);
    cloud.emulator().secrets().allow(name);

    assertThat(client.secret(name).verdict()).isEqualTo("403 Forbidden.NoPermission");
    assertThat(client.refreshed(name).status()).isEqualTo(200);
    assertThat(client.secret(name).status()).isEqualTo(200);
  }

  @Test
  void a_refusal_of_our_identity_is_not_held_against_the_secret() {
    client.secret(name);
    cloud.fail(name, new Fault.Failure(404, "InvalidAccessKeyId.NotFound"));

    assertThat(client.refreshed(name).verdict()).isEqualTo("502 CredentialsUnavailable");
    assertThat(client.secret(name).cacheStatus()).isEqualTo("hit");

    var other = cloud.newSecret("value");
    cloud.fail(other, new Fault.Failure(404, "InvalidAccessKeyId.NotFound"));
    client.secret(other);
    client.secret(other);
    assertThat(cloud.calls(other)).isEqualTo(2);
  }
}
