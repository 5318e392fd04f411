import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** The AccessKey that the command prints, which is run again 180 s before the expiration. */
public final class AgentCredentials implements AlibabaCloudCredentialsProvider {
  private final ProcessBuilder command;
  private CredentialModel current;
  private Instant end = Instant.MIN;

  public AgentCredentials(String secret) {
    command = new ProcessBuilder("alibabacloud-kms-agent", "credentials", secret);
    command.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  @Override
  public synchronized CredentialModel getCredentials() {
    if (Instant.now().isBefore(end)) {
      return current;
    }
    try (Reader output =
        new InputStreamReader(command.start().getInputStream(), StandardCharsets.UTF_8)) {
      JsonObject key = JsonParser.parseReader(output).getAsJsonObject();
      end = Instant.parse(key.get("expiration").getAsString()).minusSeconds(180);
      current =
          CredentialModel.builder()
              .type("access_key")
              .accessKeyId(key.get("access_key_id").getAsString())
              .accessKeySecret(key.get("access_key_secret").getAsString())
              .build();
      return current;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String getProviderName() {
    return "kms_agent";
  }

  @Override
  public void close() {}
}
