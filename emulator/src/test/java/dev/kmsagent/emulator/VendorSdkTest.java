package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.provider.StaticCredentialProvider;
import com.aliyun.sdk.service.kms20160120.AsyncClient;
import com.aliyun.sdk.service.kms20160120.models.CreateSecretRequest;
import com.aliyun.sdk.service.kms20160120.models.DeleteSecretRequest;
import com.aliyun.sdk.service.kms20160120.models.DescribeSecretRequest;
import com.aliyun.sdk.service.kms20160120.models.DescribeSecretResponseBody;
import com.aliyun.sdk.service.kms20160120.models.GetRandomPasswordRequest;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueRequest;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueResponseBody;
import com.aliyun.sdk.service.kms20160120.models.ListSecretVersionIdsRequest;
import com.aliyun.sdk.service.kms20160120.models.ListSecretsRequest;
import com.aliyun.sdk.service.kms20160120.models.PutSecretValueRequest;
import com.aliyun.sdk.service.kms20160120.models.RestoreSecretRequest;
import com.aliyun.sdk.service.kms20160120.models.RotateSecretRequest;
import com.aliyun.sdk.service.kms20160120.models.TagResourceRequest;
import com.aliyun.sdk.service.kms20160120.models.UntagResourceRequest;
import com.aliyun.sdk.service.kms20160120.models.UpdateSecretRequest;
import com.aliyun.sdk.service.kms20160120.models.UpdateSecretVersionStageRequest;
import darabonba.core.client.ClientOverrideConfiguration;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The vendor's SDK for Java, unmodified and with its own transport, on every action. */
final class VendorSdkTest {
  @AutoClose
  private final RunningEmulator running =
      new RunningEmulator(builder -> builder.clock(InstantSource.system()));

  @AutoClose private final AsyncClient kms = client();

  private AsyncClient client() {
    var key = Credential.builder().accessKeyId("ak").accessKeySecret("sk").build();
    return AsyncClient.builder()
        .region("cn-hangzhou")
        .credentialsProvider(StaticCredentialProvider.create(key))
        .overrideConfiguration(
            ClientOverrideConfiguration.create()
                .setEndpointOverride(running.emulator().endpoint())
                .setProtocol("HTTP")
                .setResponseTimeout(Duration.ofSeconds(20)))
        .build();
  }

  @BeforeEach
  void create() {
    running.emulator().secrets().create("app/a", "first");
  }

  private static <T> T get(CompletableFuture<T> answer)
      throws ExecutionException, InterruptedException, TimeoutException {
    return answer.get(30, TimeUnit.SECONDS);
  }

  private GetSecretValueResponseBody read(GetSecretValueRequest.Builder request) throws Exception {
    return get(kms.getSecretValue(request.secretName("app/a").build())).getBody();
  }

  private DescribeSecretResponseBody description() throws Exception {
    var request = DescribeSecretRequest.builder().secretName("app/a").fetchTags("true").build();
    return get(kms.describeSecret(request)).getBody();
  }

  @Test
  void it_creates_and_reads() throws Exception {
    var request = CreateSecretRequest.builder().secretName("b").versionId("one").secretData("two");
    assertThat(get(kms.createSecret(request.build())).getBody().getArn()).endsWith(":secret/b");

    var value = get(kms.getSecretValue(GetSecretValueRequest.builder().secretName("b").build()));
    assertThat(value.getBody().getSecretData()).isEqualTo("two");
    assertThat(value.getBody().getVersionStages().getVersionStage()).containsExactly("ACSCurrent");
  }

  @Test
  void it_adds_a_version_and_moves_its_stage() throws Exception {
    var put =
        PutSecretValueRequest.builder().secretName("app/a").versionId("v2").secretData("second");
    get(kms.putSecretValue(put.build()));
    assertThat(read(GetSecretValueRequest.builder()).getSecretData()).isEqualTo("second");

    var move = UpdateSecretVersionStageRequest.builder().secretName("app/a");
    move.versionStage("ACSCurrent").removeFromVersion("v2").moveToVersion("v1");
    get(kms.updateSecretVersionStage(move.build()));
    assertThat(read(GetSecretValueRequest.builder()).getSecretData()).isEqualTo("first");
    assertThat(read(GetSecretValueRequest.builder().versionStage("ACSPrevious")).getVersionId())
        .isEqualTo("v2");
  }

  @Test
  void it_lists_secrets_and_versions() throws Exception {
    var secrets = get(kms.listSecrets(ListSecretsRequest.builder().build())).getBody();
    assertThat(secrets.getSecretList().getSecret()).hasSize(1);
    var ids = ListSecretVersionIdsRequest.builder().secretName("app/a").build();
    assertThat(get(kms.listSecretVersionIds(ids)).getBody().getVersionIds().getVersionId())
        .singleElement()
        .satisfies(version -> assertThat(version.getVersionId()).isEqualTo("v1"));
  }

  @Test
  void it_describes_and_tags() throws Exception {
    get(
        kms.updateSecret(
            UpdateSecretRequest.builder().secretName("app/a").description("new").build()));
    var tags = "[{\"TagKey\":\"env\",\"TagValue\":\"dev\"},{\"TagKey\":\"x\",\"TagValue\":\"y\"}]";
    get(kms.tagResource(TagResourceRequest.builder().secretName("app/a").tags(tags).build()));
    get(
        kms.untagResource(
            UntagResourceRequest.builder().secretName("app/a").tagKeys("[\"x\"]").build()));

    assertThat(description().getDescription()).isEqualTo("new");
    assertThat(description().getTags().getTag())
        .singleElement()
        .satisfies(tag -> assertThat(tag.getTagValue()).isEqualTo("dev"));
  }

  @Test
  void it_deletes_and_restores() throws Exception {
    get(kms.deleteSecret(DeleteSecretRequest.builder().secretName("app/a").build()));
    assertFails(() -> read(GetSecretValueRequest.builder()), "Rejected.ResourceInDeleteWindow");
    get(kms.restoreSecret(RestoreSecretRequest.builder().secretName("app/a").build()));
    assertThat(read(GetSecretValueRequest.builder()).getSecretData()).isEqualTo("first");
  }

  @Test
  void it_generates_a_password() throws Exception {
    var request = GetRandomPasswordRequest.builder().passwordLength("16").build();
    assertThat(get(kms.getRandomPassword(request)).getBody().getRandomPassword()).hasSize(16);
  }

  @Test
  void it_understands_the_errors() {
    assertFails(() -> read(GetSecretValueRequest.builder().dryRun("true")), "DryRunOperationError");
    assertFails(
        () -> read(GetSecretValueRequest.builder().versionId("v9")), "Forbidden.ResourceNotFound");
    assertFails(
        () ->
            get(
                kms.rotateSecret(
                    RotateSecretRequest.builder().secretName("app/a").versionId("v2").build())),
        "Rejected.UnsupportedOperation");
    assertFails(
        () ->
            get(
                kms.createSecret(
                    CreateSecretRequest.builder()
                        .secretName("b")
                        .versionId("v1")
                        .secretData("x")
                        .enableAutomaticRotation(true)
                        .rotationInterval("7d")
                        .build())),
        "InvalidParameter");
  }

  private static void assertFails(ThrowingCallable call, String code) {
    assertThatThrownBy(call).isInstanceOf(ExecutionException.class).hasMessageContaining(code);
  }
}
