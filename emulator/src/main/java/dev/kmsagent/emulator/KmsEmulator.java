package dev.kmsagent.emulator;

import dev.kmsagent.emulator.actions.Actions;
import dev.kmsagent.emulator.control.ControlApi;
import dev.kmsagent.emulator.faults.FaultBook;
import dev.kmsagent.emulator.gateway.CallLog;
import dev.kmsagent.emulator.gateway.KmsGateway;
import dev.kmsagent.emulator.http.HttpListener;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.secrets.FileArchive;
import dev.kmsagent.emulator.secrets.SecretArchive;
import dev.kmsagent.emulator.secrets.SecretStore;
import dev.kmsagent.emulator.seed.Seed;
import dev.kmsagent.emulator.signature.AccessKey;
import dev.kmsagent.emulator.signature.AccessKeys;
import dev.kmsagent.emulator.signature.SignatureVerifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/** A running stand-in for KMS, listening on 127.0.0.1; safe for many threads. */
public final class KmsEmulator implements AutoCloseable {
  private final HttpListener listener;
  private final EmulatorSecrets secrets;
  private final AccessKeys keys;
  private final FaultBook faults;
  private final CallLog calls;

  private KmsEmulator(
      HttpListener listener,
      EmulatorSecrets secrets,
      AccessKeys keys,
      FaultBook faults,
      CallLog calls) {
    this.listener = listener;
    this.secrets = secrets;
    this.keys = keys;
    this.faults = faults;
    this.calls = calls;
  }

  /**
   * What to set before the start; everything has a default, but no access key is known at first.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** The port it listens on. */
  public int port() {
    return listener.port();
  }

  /** {@code 127.0.0.1:PORT}, the form that SDKs take as an endpoint. */
  public String endpoint() {
    return "127.0.0.1:" + port();
  }

  /** The secrets it serves. */
  public EmulatorSecrets secrets() {
    return secrets;
  }

  /** The keys it accepts, which can come and go while it runs. */
  public AccessKeys accessKeys() {
    return keys;
  }

  /** The faults that its answers meet. */
  public FaultBook faults() {
    return faults;
  }

  /** The calls it got. */
  public CallLog calls() {
    return calls;
  }

  /** Ends every connection and frees the port. */
  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** Collects what an emulator starts with. */
  public static final class Builder {
    private int port;
    private InstantSource clock = InstantSource.system();
    private ThreadFactory threads = Thread.ofVirtual().name("kms-emulator-", 0).factory();
    private ServerSocketFactory sockets = ServerSocketFactory.getDefault();
    private Supplier<String> requestIds = () -> UUID.randomUUID().toString();
    private SecretArchive archive = SecretArchive.none();
    private Account account = new Account("cn-hangzhou", "1234567890123456");
    private final AccessKeys keys = new AccessKeys();
    private final List<Seed> seeds = new ArrayList<>();

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

    /** Listens with TLS under this context's certificate, instead of plain HTTP. */
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
      archive = FileArchive.open(file);
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

    /**
     * Starts it.
     *
     * @throws IOException when the port cannot be had
     */
    public KmsEmulator start() throws IOException {
      var store = new SecretStore(clock, archive);
      seeds.forEach(seed -> store.addIfAbsent(seed.sown(clock.instant())));
      var faults = new FaultBook(clock);
      var calls = new CallLog(clock);
      var verifier = new SignatureVerifier(keys, clock);
      var actions = new Actions(store, account);
      var gateway = new KmsGateway(verifier, faults, actions, calls, requestIds);
      var control = new ControlApi(faults, calls, store, gateway);
      HttpListener listener = HttpListener.open(sockets, port, threads, control);
      return new KmsEmulator(listener, new EmulatorSecrets(store), keys, faults, calls);
    }
  }
}
