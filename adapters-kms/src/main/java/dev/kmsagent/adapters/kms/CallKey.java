package dev.kmsagent.adapters.kms;

import com.aliyun.auth.credentials.ICredential;
import com.aliyun.auth.credentials.provider.ICredentialProvider;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import java.util.function.Supplier;

/**
 * Gives the SDK, which asks while it builds a request on the calling thread, the key that was
 * obtained for that call: so the SDK neither waits for STS nor sees a failure of it.
 */
final class CallKey implements ICredentialProvider {
  private final ScopedValue<SigningKey> current = ScopedValue.newInstance();

  <T> T during(SigningKey signingKey, Supplier<T> call) {
    return ScopedValue.where(current, signingKey).call(call::get);
  }

  @Override
  public ICredential getCredentials() {
    return current.get().reveal();
  }

  @Override
  public void close() {}
}
