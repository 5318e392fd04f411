import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.ICredential;
import com.aliyun.auth.credentials.provider.ICredentialProvider;
import com.aliyun.credentials.Client;
import com.aliyun.sdk.service.kms20160120.AsyncClient;
import com.aliyun.sdk.service.kms20160120.models.GetSecretValueRequest;
import darabonba.core.client.ClientOverrideConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** Eight callers call KMS while there is a file running, and print what failed. */
class Load {
  public static void main(String[] args) {
    var options =
        ClientOverrideConfiguration.create()
            .setEndpointOverride(System.getenv("KMS_ENDPOINT"))
            .setProtocol("http");
    try (var kms =
        AsyncClient.builder()
            .region("cn-hangzhou")
            .credentialsProvider(new Bridge(new Client(new AgentCredentials("app/ram"))))
            .overrideConfiguration(options)
            .build()) {
      try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int caller = 0; caller < 8; caller++) {
          callers.execute(() -> call(kms));
        }
      }
    }
  }

  private static void call(AsyncClient kms) {
    while (Files.exists(Path.of("running"))) {
      try {
        kms.getSecretValue(GetSecretValueRequest.builder().secretName("called").build()).get();
      } catch (Exception failed) {
        System.out.println(failed.getMessage());
      }
    }
  }

  /** The same credentials for an SDK of the other kind. */
  record Bridge(Client credentials) implements ICredentialProvider {
    @Override
    public ICredential getCredentials() {
      var key = credentials.getCredential();
      return Credential.builder()
          .accessKeyId(key.getAccessKeyId())
          .accessKeySecret(key.getAccessKeySecret())
          .build();
    }

    @Override
    public void close() {}
  }
}
