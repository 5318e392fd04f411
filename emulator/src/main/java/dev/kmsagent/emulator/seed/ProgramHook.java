package dev.kmsagent.emulator.seed;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.kms.RotationHook;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that changes a password: it has {@code ROTATED_ACCOUNT} and {@code ROTATED_PASSWORD} in
 * its environment, and must end with status 0 within a minute.
 */
record ProgramHook(List<String> command) implements RotationHook {
  ProgramHook {
    command = List.copyOf(command);
  }

  @Override
  public void change(String account, String newPassword) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ROTATED_ACCOUNT", account);
    builder.environment().put("ROTATED_PASSWORD", newPassword);
    var process = builder.start();
    var timeout = process.onExit().orTimeout(1, TimeUnit.MINUTES);
    var _ = timeout.exceptionally(_ -> end(process));
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    var status = process.onExit().join().exitValue();
    if (status != 0) {
      var shown = output.strip().replace(newPassword, "***");
      throw new IOException(command.getFirst() + " ended with " + status + ": " + shown);
    }
  }

  /** Ends it before its children, the failure of which it might pass over; they hold its output. */
  private static Process end(Process process) {
    var children = process.descendants().toList();
    var ended = process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    return ended;
  }
}
