package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SecretSourceContract;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract of the port, by the real SDK against the emulator. */
final class AliyunKmsCallsContractTest implements SecretSourceContract {
  private final Rig rig = new Rig();
  private KmsEmulator emulator;
  private Rig.Kms source;

  @BeforeEach
  void start() throws IOException {
    emulator = KmsEmulator.builder().accessKey("ak", "sk").start();
    var settings = Rig.settings(URI.create("http://" + emulator.endpoint()));
    source = rig.source(settings, Rig.accessKey("ak", "sk"));
  }

  @AfterEach
  void stop() throws IOException {
    source.close();
    rig.close();
    emulator.close();
  }

  @Override
  public SecretSource source() {
    return source;
  }

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  public void hold(String name, String text) {
    emulator.secrets().create(name, text);
  }

  @Override
  public void hold(String name, byte[] bytes) {
    emulator.secrets().createBinary(name, bytes);
  }

  @Override
  public void breakDown() {
    emulator.faults().add(new Fault.Failure(500, "InternalFailure"));
  }

  @Override
  public void hang() {
    emulator.faults().add(new Fault.Hang());
  }

  @Override
  public void await(CompletionStage<FetchOutcome> stage, Duration time) {
    var _ = Patience.join(stage);
  }
}
