package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.http.EmulatorTime;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** KMS as the agent sees it: the emulator, with one AccessKey. */
public final class TestCloud implements AutoCloseable {
  static final String ACCESS_KEY_ID = "LTAIe2e";
  static final String ACCESS_KEY_SECRET = "e2e-access-key-secret";
  public static final String TOKEN = "e2e-token-0123456789abcdef";

  private final KmsEmulator emulator;
  private final AtomicLong names = new AtomicLong();

  private TestCloud(KmsEmulator emulator) {
    this.emulator = emulator;
  }

  public static TestCloud start() {
    return start(builder -> builder);
  }

  /** One that goes by this time, except for the dates of calls, which the vendor's SDK sets. */
  static TestCloud at(VirtualTime time) {
    return start(builder -> builder.time(emulated(time)));
  }

  static EmulatorTime emulated(VirtualTime time) {
    return new EmulatorTime() {
      @Override
      public Instant instant() {
        return time.instant();
      }

      @Override
      public CompletableFuture<?> after(Duration delay) {
        var over = new CompletableFuture<Duration>();
        time.schedule(delay, () -> over.complete(delay));
        return over;
      }
    };
  }

  static TestCloud start(UnaryOperator<KmsEmulator.Builder> more) {
    var builder = KmsEmulator.builder().accessKey(ACCESS_KEY_ID, ACCESS_KEY_SECRET);
    return Unchecked.get(() -> new TestCloud(more.apply(builder).start()));
  }

  public KmsEmulator emulator() {
    return emulator;
  }

  /**
   * What an agent needs to read here; its token is {@link #TOKEN}. It waits longer than any timeout
   * that would do: the machine may be busy, and what comes sooner has not waited for one.
   */
  AgentSetup setup() {
    return patient(completed(AgentSetup.defaults()));
  }

  /** With the longest timeouts that a configuration may have. */
  public static AgentSetup patient(AgentSetup setup) {
    return setup.with("Server.RequestTimeoutSeconds = 60\nKMS.ReadTimeoutMillis = 60000");
  }

  /** A setup with what an agent needs to read here. */
  public AgentSetup completed(AgentSetup setup) {
    return setup
        .with("KMS.Endpoint = \"%s\"\nKMS.Protocol = \"http\"".formatted(emulator.endpoint()))
        .withVariable("ALIBABA_CLOUD_ACCESS_KEY_ID", ACCESS_KEY_ID)
        .withVariable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ACCESS_KEY_SECRET)
        .withVariable("KMS_TOKEN", TOKEN);
  }

  /** Starts an agent of this JVM that reads here, with these lines of configuration. */
  WiredAgent agent(VirtualTime time, String config) {
    return WiredAgent.start(setup().with(config), time);
  }

  /** Starts an agent that reads here, with these lines of configuration. */
  AgentProcess agent(String config) {
    return AgentProcess.start(setup().with(config));
  }

  /** Creates a secret under a name that no other has, and gives the name. */
  public String newSecret(String value) {
    var name = "secret-" + names.incrementAndGet();
    emulator.secrets().create(name, value);
    return name;
  }

  /** The name of a secret that is not there, and that nobody else asks for. */
  public String missingSecret() {
    return "missing-" + names.incrementAndGet();
  }

  /** Makes every call for one secret go wrong from now on. */
  public void fail(String secretName, Fault fault) {
    emulator.faults().add(FaultRule.of(fault).onSecret(secretName));
  }

  /** How many calls there were for this secret. */
  public long calls(String secretName) {
    return emulator.calls().ofSecret(secretName);
  }

  @Override
  public void close() throws IOException {
    emulator.close();
  }
}
