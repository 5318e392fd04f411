package dev.kmsagent.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.provider.StaticCredentialProvider;
import com.aliyun.sdk.service.kms20160120.AsyncClient;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueRequest;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueResponseBody;
import darabonba.core.client.ClientOverrideConfiguration;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The vendor's SDK for Java, unmodified and with its own transport. */
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
                .setResponseTimeout(Duration.ofMinutes(2)))
        .build();
  }

  @BeforeEach
  void create() {
    running.emulator().secrets().create("app/a", "first");
  }

  private static <T> T get(CompletableFuture<T> answer)
      throws ExecutionException, InterruptedException {
    return answer.get();
  }

  private GetSecretValueResponseBody read(GetSecretValueRequest.Builder request) throws Exception {
    return get(kms.getSecretValue(request.secretName("app/a").build())).getBody();
  }

  @Test
  void it_reads_versions_by_stage_and_by_id() throws Exception {
    running.emulator().secrets().put("app/a", "v2", "second");
    assertThat(read(GetSecretValueRequest.builder()).getSecretData()).isEqualTo("second");
    assertThat(read(GetSecretValueRequest.builder().versionStage("ACSPrevious")).getVersionId())
        .isEqualTo("v1");
    assertThat(read(GetSecretValueRequest.builder().versionId("v1")).getSecretData())
        .isEqualTo("first");
  }

  @Test
  void it_understands_the_errors() {
    assertFails(
        () -> read(GetSecretValueRequest.builder().versionId("v9")), "Forbidden.ResourceNotFound");
    running.emulator().secrets().delete("app/a");
    assertFails(() -> read(GetSecretValueRequest.builder()), "Rejected.ResourceInDeleteWindow");
  }

  private static void assertFails(ThrowingCallable call, String code) {
    assertThatThrownBy(call).isInstanceOf(ExecutionException.class).hasMessageContaining(code);
  }
}
