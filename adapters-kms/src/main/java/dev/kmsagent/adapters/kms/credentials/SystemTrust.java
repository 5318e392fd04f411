package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.config.Authorities;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.Security;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactorySpi;
import org.jspecify.annotations.Nullable;

/**
 * Trusts the system's authorities where it is given no others, in place of the JDK's. It is for
 * credentials-java, which asks the JVM's default factory at each request, and gives it none.
 */
public final class SystemTrust extends TrustManagerFactorySpi {
  private static final String NAME = "kms-agent";

  private @Nullable TrustManager trusted;

  /** Makes it the default of this JVM. */
  static void install() {
    var provider = new Provider(NAME, "1", "the system's authorities") {};
    provider.put("TrustManagerFactory." + NAME, SystemTrust.class.getName());
    Security.addProvider(provider);
    Security.setProperty("ssl.TrustManagerFactory.algorithm", NAME);
  }

  @Override
  protected void engineInit(@Nullable KeyStore store) throws KeyStoreException {
    try {
      var ofSystem = Authorities.ofSystem();
      trusted = store == null ? ofSystem.trustManager() : Authorities.trustManager(store);
    } catch (GeneralSecurityException unusable) {
      throw new KeyStoreException(unusable);
    }
  }

  @Override
  protected void engineInit(ManagerFactoryParameters other) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected TrustManager[] engineGetTrustManagers() {
    return new TrustManager[] {trusted};
  }
}
