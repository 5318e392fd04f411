package dev.kmsagent.emulator;

import dev.kmsagent.emulator.gateway.ActiveFaults;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.MintedKeys;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.Roles;
import dev.kmsagent.emulator.kms.JsonFilePersistence;
import dev.kmsagent.emulator.kms.SecretPersistence;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A running stand-in for KMS and, where they were asked for, for STS and the metadata of an ECS
 * instance, listening on 127.0.0.1; safe for many threads.
 */
public final class KmsEmulator implements AutoCloseable {
  private final Services services;
  private final EmulatorSecrets secrets;
  private final Identities identities;
  private final EcsInstance instance;

  private KmsEmulator(
      Services services, EmulatorSecrets secrets, Identities identities, EcsInstance instance) {
    this.services = services;
    this.secrets = secrets;
    this.identities = identities;
    this.instance = instance;
  }

  /**
   * What to set before the start; everything has a default, but no access key is known at first.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** The port that KMS listens on. */
  public int port() {
    return kms().port();
  }

  /** {@code 127.0.0.1:PORT}, the form that SDKs take as an endpoint. */
  public String endpoint() {
    return kms().endpoint();
  }

  /** The secrets it serves. */
  public EmulatorSecrets secrets() {
    return secrets;
  }

  /** The keys that KMS accepts, which can come and go while it runs. */
  public AccessKeys accessKeys() {
    return identities.keys();
  }

  /** The roles of the account, which can come and go while it runs. */
  public Roles roles() {
    return identities.roles();
  }

  /** The temporary keys that STS and the metadata handed out. */
  public MintedKeys mintedKeys() {
    return identities.minted();
  }

  /** The platform that issues tokens to workloads, and whose tokens STS takes. */
  public OidcProvider oidc() {
    return identities.provider();
  }

  /** The faults that KMS's answers meet. */
  public ActiveFaults faults() {
    return kms().faults();
  }

  /** The calls that KMS got. */
  public CallLog calls() {
    return kms().calls();
  }

  /** KMS, which can be stopped and started. */
  public EmulatedService kms() {
    return services.get(ServiceName.KMS);
  }

  /**
   * STS, which listens with TLS.
   *
   * @throws IllegalStateException when the builder was not told {@link Builder#sts}
   */
  public EmulatedService sts() {
    return services.get(ServiceName.STS);
  }

  /**
   * The metadata of an ECS instance, over plain HTTP.
   *
   * @throws IllegalStateException when the builder was not told {@link Builder#metadata}
   */
  public EmulatedService metadata() {
    return services.get(ServiceName.METADATA);
  }

  /** The ECS instance that the metadata is about. */
  public EcsInstance instance() {
    return instance;
  }

  /** Ends every connection and frees the ports. */
  @Override
  public void close() throws IOException {
    services.close();
  }

  /** Collects what an emulator starts with. */
  public static final class Builder {
    private int port;
    private InstantSource clock = InstantSource.system();
    private ThreadFactory threads = Thread.ofVirtual().name("kms-emulator-", 0).factory();
    private ServerSocketFactory sockets = ServerSocketFactory.getDefault();
    private @Nullable Endpoint sts;
    private @Nullable Endpoint metadata;
    private Supplier<String> requestIds = () -> UUID.randomUUID().toString();
    private SecretPersistence archive = SecretPersistence.none();
    private Account account = new Account("cn-hangzhou", "1234567890123456");
    private final AccessKeys keys = new AccessKeys();
    private final List<Seed> seeds = new ArrayList<>();
    private final List<Role> roles = new ArrayList<>();

    private Builder() {}

    /** The port of 127.0.0.1 to listen on; 0, the default, is any free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** The time by which signatures are judged and changes dated; the system's by default. */
    public Builder clock(InstantSource source) {
      clock = source;
      return this;
    }

    /** What its threads are made by; by default virtual ones, which keep no process alive. */
    public Builder threads(ThreadFactory factory) {
      threads = factory;
      return this;
    }

    /** Where request ids come from; random UUIDs by default. */
    public Builder requestIds(Supplier<String> source) {
      requestIds = source;
      return this;
    }

    /** KMS listens with TLS under this context's certificate, instead of plain HTTP. */
    public Builder tls(SSLContext context) {
      sockets = context.getServerSocketFactory();
      return this;
    }

    /**
     * Keeps the secrets in this file from now on, and starts with those in it.
     *
     * @throws IOException when the file exists and cannot be read
     */
    public Builder store(Path file) throws IOException {
      archive = JsonFilePersistence.open(file);
      return this;
    }

    /**
     * Starts with these secrets, beside those named before; one that a store has already is left as
     * it is.
     */
    public Builder secrets(List<Seed> more) {
      seeds.addAll(more);
      return this;
    }

    /** The region and account id that secrets' ARNs name. */
    public Builder account(String region, String accountId) {
      account = new Account(region, accountId);
      return this;
    }

    /** Accepts a lasting key, beside those named before. */
    public Builder accessKey(String id, String keySecret) {
      return accessKey(AccessKey.lasting(id, keySecret));
    }

    /** Accepts a key, beside those named before. */
    public Builder accessKey(AccessKey key) {
      keys.add(key);
      return this;
    }

    /** STS listens too, with TLS under this context's certificate, on any free port. */
    public Builder sts(SSLContext context) {
      return sts(context, 0);
    }

    /** STS listens too, with TLS under this context's certificate, on this port. */
    public Builder sts(SSLContext context, int number) {
      sts = Endpoint.loopback(context.getServerSocketFactory(), number);
      return this;
    }

    /** The metadata of an ECS instance is served too, on any free port. */
    public Builder metadata() {
      metadata = Endpoint.loopback(ServerSocketFactory.getDefault(), 0);
      return this;
    }

    /**
     * The metadata of an ECS instance is served too, at this address, which can be its true one,
     * 100.100.100.200 and port 80.
     */
    public Builder metadata(InetSocketAddress address) {
      metadata = new Endpoint(ServerSocketFactory.getDefault(), address);
      return this;
    }

    /** The account has this role, beside those named before. */
    public Builder role(Role role) {
      roles.add(role);
      return this;
    }

    /**
     * Starts it.
     *
     * @throws IOException when a port cannot be had
     */
    public KmsEmulator start() throws IOException {
      var identities = Identities.of(keys, account, clock, () -> UUID.randomUUID().toString());
      roles.forEach(identities.roles()::put);
      var store = new SecretStore(clock, archive);
      seeds.forEach(seed -> store.addIfAbsent(seed.sown(clock.instant())));
      var instance = new EcsInstance();
      Services services = listen(identities, store, instance);
      return new KmsEmulator(services, new EmulatorSecrets(store), identities, instance);
    }

    private Services listen(Identities identities, SecretStore store, EcsInstance instance)
        throws IOException {
      var services = new Services(threads);
      var opening = new EmulatorStarter(services, identities, clock, requestIds);
      try {
        if (sts != null) {
          opening.sts(sts);
        }
        if (metadata != null) {
          opening.metadata(metadata, instance);
        }
        opening.kms(Endpoint.loopback(sockets, port), store, account);
        return services;
      } catch (IOException e) {
        services.close();
        throw e;
      }
    }
  }
}
