package dev.kmsagent.emulator;

import dev.kmsagent.emulator.control.SeededState;
import dev.kmsagent.emulator.gateway.ActiveFaults;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.ServiceName;
import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.emulator.http.SocketEndpoint;
import dev.kmsagent.emulator.identity.EcsInstance;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.identity.MintedKeys;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.Roles;
import dev.kmsagent.emulator.kms.Rotations;
import dev.kmsagent.emulator.kms.SecretStore;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKeys;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A running emulator of KMS and, if the builder enables them, of STS, the metadata of an ECS
 * instance and the issuer of tokens. It listens on 127.0.0.1, unless the builder is told otherwise.
 * Safe for many threads.
 */
public final class KmsEmulator implements AutoCloseable {
  private static final Account ACCOUNT = new Account("1234567890123456");

  private final Map<ServiceName, EmulatedService> services;
  private final EmulatorSecrets secrets;
  private final Identities identities;
  private final EcsInstance instance;
  private final EmulatorStarter starter;
  private final SeededState state;

  private KmsEmulator(EmulatorStarter starter, SeededState state, EcsInstance instance) {
    this.starter = starter;
    this.services = starter.started();
    this.secrets = new EmulatorSecrets(state.rotations());
    this.identities = state.identities();
    this.instance = instance;
    this.state = state;
  }

  /** A builder with defaults for everything, and without an access key. */
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

  /** The keys that KMS accepts; they can be changed while it runs. */
  public AccessKeys accessKeys() {
    return identities.keys();
  }

  /** The roles of the account; they can be changed while it runs. */
  public Roles roles() {
    return identities.roles();
  }

  /** The temporary keys that STS and the metadata minted. */
  public MintedKeys mintedKeys() {
    return identities.minted();
  }

  /** The OIDC provider, which issues tokens to workloads. */
  public OidcProvider oidc() {
    return identities.provider();
  }

  /** The faults of KMS that are in force. */
  public ActiveFaults faults() {
    return kms().faults();
  }

  /** The calls to KMS so far. */
  public CallLog calls() {
    return kms().calls();
  }

  /** KMS, which can be stopped and started. */
  public EmulatedService kms() {
    return service(ServiceName.KMS);
  }

  /**
   * STS, which listens with TLS.
   *
   * @throws IllegalStateException when the builder did not enable it with {@link Builder#sts}
   */
  public EmulatedService sts() {
    return service(ServiceName.STS);
  }

  /**
   * The metadata of an ECS instance, over plain HTTP.
   *
   * @throws IllegalStateException when the builder did not enable it with {@link Builder#metadata}
   */
  public EmulatedService metadata() {
    return service(ServiceName.METADATA);
  }

  /**
   * The issuer of the OIDC provider, which publishes its keys over plain HTTP.
   *
   * @throws IllegalStateException when the builder did not enable it with {@link Builder#oidc}
   */
  public EmulatedService oidcIssuer() {
    return service(ServiceName.OIDC);
  }

  /** The ECS instance that the metadata describes. */
  public EcsInstance instance() {
    return instance;
  }

  /**
   * Leads back to the secrets, keys and roles that it started with, without faults, calls and
   * minted keys.
   *
   * @throws IOException when the port of a stopped service is not available
   */
  public void reset() throws IOException {
    state.reset();
  }

  private EmulatedService service(ServiceName name) {
    EmulatedService service = services.get(name);
    if (service == null) {
      throw new IllegalStateException(
          "call " + name.lowerCase() + "(..) of the builder to have it");
    }
    return service;
  }

  /** Ends every connection and rotation, and frees the ports. */
  @Override
  public void close() throws IOException {
    state.rotations().set(List.of());
    starter.close();
  }

  /** Sets up an emulator and starts it. */
  public static final class Builder {
    private int port;
    private EmulatorTime time = EmulatorTime.SYSTEM;
    private InstantSource dates = time;
    private ServerSocketFactory sockets = ServerSocketFactory.getDefault();
    private @Nullable SocketEndpoint sts;
    private @Nullable SocketEndpoint metadata;
    private @Nullable SocketEndpoint shared;
    private UnaryOperator<SocketEndpoint> reach = UnaryOperator.identity();
    private @Nullable SocketEndpoint oidc;
    private Set<String> hostNames = Set.of();
    private String authority = "";
    private Seeds own = Seeds.NONE;
    private Seeds seeds = Seeds.NONE;

    private Builder() {}

    /** The port of 127.0.0.1 to listen on; 0, the default, is any free one. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** The time of signatures, changes and fault durations; the system's by default. */
    public Builder clock(InstantSource source) {
      dates = source;
      return time(EmulatorTime.of(source));
    }

    /** The time of everything but the dates of requests. */
    public Builder time(EmulatorTime source) {
      time = source;
      return this;
    }

    /** KMS listens with TLS and this context's certificate, instead of plain HTTP. */
    public Builder tls(SSLContext context) {
      sockets = context.getServerSocketFactory();
      return this;
    }

    /** What it starts with besides its own keys and roles, until it is reset to other seeds. */
    public Builder seeds(Seeds others) {
      seeds = others;
      return this;
    }

    /** Adds an access key without an end. */
    public Builder accessKey(String id, String keySecret) {
      return accessKey(AccessKey.lasting(id, keySecret));
    }

    /** Adds an access key. */
    public Builder accessKey(AccessKey key) {
      own = own.and(new Seeds(List.of(), List.of(key), List.of()));
      return this;
    }

    /** Enables STS, with TLS and this context's certificate, on any free port. */
    public Builder sts(SSLContext context) {
      return sts(context, 0);
    }

    /** Enables STS, with TLS and this context's certificate, on this port. */
    public Builder sts(SSLContext context, int number) {
      sts = SocketEndpoint.loopback(context.getServerSocketFactory(), number);
      return this;
    }

    /** Enables the metadata of an ECS instance, on any free port. */
    public Builder metadata() {
      metadata = SocketEndpoint.loopback(ServerSocketFactory.getDefault(), 0);
      return this;
    }

    /**
     * Enables the metadata of an ECS instance at this address, which can be the real one,
     * 100.100.100.200 and port 80.
     */
    public Builder metadata(InetSocketAddress address) {
      metadata = new SocketEndpoint(ServerSocketFactory.getDefault(), address);
      return this;
    }

    /**
     * Enables one more port with TLS, on which the name that a client asks for selects KMS or STS,
     * which must be enabled. A stopped service resets connections to it.
     */
    public Builder sharedTls(SSLContext context, int number) {
      shared = SocketEndpoint.loopback(context.getServerSocketFactory(), number);
      return this;
    }

    /** Listens on all addresses of this machine, where others can reach it. */
    public Builder everywhere() {
      reach = SocketEndpoint::everywhere;
      return this;
    }

    /** Allows these names in the Host of the control API, besides loopback. */
    public Builder hostNames(Collection<String> names) {
      hostNames = Set.copyOf(names);
      return this;
    }

    /** The certificate of the authority in PEM, for the control API to give. */
    public Builder authority(String pem) {
      authority = pem;
      return this;
    }

    /** Enables the issuer of the OIDC provider, on any free port. */
    public Builder oidc() {
      oidc = SocketEndpoint.loopback(ServerSocketFactory.getDefault(), 0);
      return this;
    }

    /** Adds a role to the account. */
    public Builder role(Role role) {
      own = own.and(new Seeds(List.of(), List.of(), List.of(role)));
      return this;
    }

    /**
     * Starts the services.
     *
     * @throws IOException when a port is not available
     */
    public KmsEmulator start() throws IOException {
      var identities = Identities.of(new AccessKeys(), ACCOUNT, time, dates);
      var rotations = new Rotations(new SecretStore(time), identities.keys(), time);
      var starter = new EmulatorStarter(identities);
      var started = starter.started();
      var others = new AtomicReference<>(seeds);
      var state = new SeededState(rotations, identities, started, own, others);
      state.reset();
      var instance = new EcsInstance();
      try {
        start(starter, state, instance);
        return new KmsEmulator(starter, state, instance);
      } catch (IOException e) {
        starter.close();
        throw e;
      }
    }

    private void start(EmulatorStarter starter, SeededState state, EcsInstance instance)
        throws IOException {
      var stsHandler = sts == null ? null : starter.startSts(reach.apply(sts));
      if (metadata != null) {
        starter.startMetadata(reach.apply(metadata), instance);
      }
      if (oidc != null) {
        starter.startOidc(oidc);
      }
      var endpoint = reach.apply(SocketEndpoint.loopback(sockets, port));
      var kmsHandler = starter.startKms(endpoint, state, hostNames, authority);
      if (shared != null && stsHandler != null) {
        starter.listen(
            reach.apply(shared),
            request ->
                request.header("host").filter(CloudHosts::isSts).isPresent()
                    ? stsHandler.handle(request)
                    : kmsHandler.handle(request));
      }
    }
  }
}
